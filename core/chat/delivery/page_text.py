"""The Markdown of one page of a growing answer, and what the next page has to repeat of it."""

from __future__ import annotations

from core.chat.port.page import Page
from core.chat.text.code_fences import find_open_fence
from core.chat.text.forbidden_page_breaks import dedent, find_list_offsets
from core.chat.text.repeat_on_next_page import fence_closer, find_begun_spans, find_carried_marks, page_prefix

from .answer_buffer import AnswerBuffer

_FENCES = ("```", "~~~")


class PageText:
    """Cuts the text of pages out of an answer."""

    def __init__(self, buffer: AnswerBuffer) -> None:
        self._buffer = buffer
        self._list_offsets: tuple[int, tuple[int, ...]] = (0, ())
        """A page's start, and the columns of the list items that are open there."""

    def cut_body(self, page: Page, following: Page | None, end: int | None = None) -> str:
        """Return the Markdown of a page, or of its part before `end`; `following` is the next page, if known."""
        current = self._buffer.current
        shown = current.text[page.start : page.end if end is None else end]
        folded = 0
        if page.start and page.start >= current.reasoning_length:
            shown = self._trim_start(page, shown)
        else:
            shown, folded = shown.lstrip("\n"), self.count_folded(page)
        answer = page.opening + shown[folded:] if shown[folded:] else ""
        return shown[:folded] + (answer if page.end is None else answer + _find_closing(page, following, answer))

    def count_folded(self, page: Page) -> int:
        """Count the characters at the beginning of the page that are reasoning."""
        current = self._buffer.current
        reasoning = current.text[page.start : max(page.start, current.reasoning_length)]
        return len(reasoning.lstrip("\n"))

    def find_begun_spans(self, page: Page, end: int, stop: int) -> frozenset[int]:
        """Return where the spans begin that reach beyond the page's `end` and are closed before its `stop`."""
        current = self._buffer.current
        if end <= max(page.start, current.reasoning_length):
            return frozenset()
        return find_begun_spans(current.text, current.reasoning_length, end, max(end, stop))

    def find_next_opening(self, page: Page, end: int, stop: int, begun: frozenset[int]) -> str:
        """Return what the next page has to begin with when this one, which had to end before `stop`, ends at `end`."""
        text, reasoning_length = self._buffer.current.text, self._buffer.current.reasoning_length
        start = max(page.start, reasoning_length)  # marks in the reasoning do not reach into the answer
        if end <= start:
            return ""
        answer = page.opening + text[start:end].lstrip("\n")
        following = text[end : end + 2]
        return page_prefix(answer, following) or find_carried_marks(text, reasoning_length, end, max(end, stop), begun)

    def _trim_start(self, page: Page, shown: str) -> str:
        """Trim the beginning of a page that continues an answer; code is kept byte for byte."""
        if page.opening.startswith(_FENCES):
            shown = shown.removeprefix("\n")
        elif shown.startswith("\n") and not _has_marks(page.opening):
            shown = shown.lstrip("\n")
        else:
            shown = shown.lstrip()
        if self._list_offsets[0] != page.start:
            current = self._buffer.current
            offsets = find_list_offsets(current.text, current.reasoning_length, page.start)
            self._list_offsets = page.start, offsets
        return dedent(shown, self._list_offsets[1])


def _find_closing(page: Page, following: Page | None, answer: str) -> str:
    if following and following.start == page.end and _has_marks(following.opening):
        return fence_closer(following.opening)
    return fence_closer(find_open_fence(answer))


def _has_marks(opening: str) -> bool:
    """Whether the opening is a run of marks such as `**`, not a fence or a table's header."""
    return bool(opening) and not opening.endswith("\n")
