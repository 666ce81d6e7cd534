"""What a page of a growing answer shows, and what the next page takes over from it."""

from __future__ import annotations

from core.chat.port.page import Page
from core.chat.text.markdown_breaks import dedented, list_offsets
from core.chat.text.page_breaks import carried_marks, fence_closer, open_fence, page_prefix

from .answer_buffer import AnswerBuffer

_FENCES = ("```", "~~~")


class PageText:
    """Cuts the text of pages out of an answer."""

    def __init__(self, text: AnswerBuffer) -> None:
        self._text = text
        self._list: tuple[int, tuple[int, ...]] = (0, ())
        """A page's start, and the items of lists that are open there."""

    def body(self, page: Page, following: Page | None, reach: int | None = None) -> str:
        """The Markdown of a page, or of its beginning up to `reach`; `following` is the page after it, if known."""
        shown = self._text.value[page.start : page.end if reach is None else reach]
        folded = 0
        if page.start and page.start >= self._text.thought:
            shown = self._go_on(page, shown)
        else:
            shown, folded = shown.lstrip("\n"), self.folded(page)
        said = page.opening + shown[folded:] if shown[folded:] else ""
        return shown[:folded] + (said if page.end is None else said + _closing(page, following, said))

    def folded(self, page: Page) -> int:
        """How many characters of the page, from its first one on, are thinking."""
        thought = self._text.value[page.start : max(page.start, self._text.thought)]
        return len(thought.lstrip("\n"))

    def carry(self, page: Page, end: int, stop: int) -> str:
        """What the next page has to begin with when this one, which had to end before `stop`, ends at `end`."""
        text = self._text.value
        answer = max(page.start, self._text.thought)  # what is thought opens nothing for what is said
        if end <= answer:
            return ""
        said = page.opening + text[answer:end].lstrip("\n")
        following = text[end : end + 2]
        return page_prefix(said, following) or carried_marks(text, self._text.thought, end, max(end, stop))

    def _go_on(self, page: Page, shown: str) -> str:
        """What a page shows of an answer that began on another one: in code byte for byte."""
        if page.opening.startswith(_FENCES):
            shown = shown.removeprefix("\n")
        elif shown.startswith("\n") and not _is_marks(page.opening):
            shown = shown.lstrip("\n")
        else:
            shown = shown.lstrip()
        if self._list[0] != page.start:
            self._list = page.start, list_offsets(self._text.value[self._text.thought : page.start])
        return dedented(shown, self._list[1])


def _closing(page: Page, following: Page | None, said: str) -> str:
    if following and following.start == page.end and _is_marks(following.opening):
        return fence_closer(following.opening)
    return fence_closer(open_fence(said))


def _is_marks(opening: str) -> bool:
    return bool(opening) and not opening.endswith("\n")
