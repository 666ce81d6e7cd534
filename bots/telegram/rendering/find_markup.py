"""Finding Markdown's marks: which bytes of a text are markup, and how they format the rest.

Only marks are cut, so a text without marks does not change. A mark that a model may have meant literally (`2*3*4`,
`x**2`, `__init__`, `<b>`, `5.`) stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyromark import Markdown, Options
from pyromark.event import Event

from core.chat.text.link_labels import names_other_host
from core.chat.text.page_breaks import utf16_length
from core.chat.text.writing_systems import is_unspaced

from .headings_lists_quotes import BlockMarks, find_heading_marks, find_item_marks, find_quote_marks
from .links import find_custom_emoji, format_unlinked_url, is_address, is_linkable
from .source_edits import Cut, Style
from .spoilers import SpoilerFinder
from .tables import Table

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
_BACKTICKS = re.compile(rb"`+")
_LANGUAGE_NAME = re.compile(r"[\w+#.-]{1,32}")
_EMPHASIS_MARKS = b"*_~"
_EMPHASIS_RUN = re.compile(rb"[*_~]+")
_SPACE = re.compile(rb"\s")
_TAB_REPLACEMENT = b"    "
_ESCAPABLE = b"*_`~#>|$"
_HTML_ENTITY = re.compile(rb"&#?\w+;")
_RULE_REPLACEMENT = "———".encode()


def find_marks(
    source: bytes, refused_links: frozenset[str] = frozenset(), *, may_grow: bool, growing: bool = False
) -> tuple[list[Cut], list[Style]]:
    """Find the marks of `source`, which is valid UTF-8 and may be any prefix of a text.

    Links whose URLs are `refused_links`, or that Telegram is known to refuse, become label and URL. Unless `may_grow`,
    neither tables nor tabs in code become longer. More text follows one that is `growing`.
    """
    finder = _Finder(source, refused_links, may_grow=may_grow, growing=growing)
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        finder.handle_event(event, where["start"], where["end"])
    cuts, styles = finder.spoilers.list_marks(finder.styles)
    return finder.cuts + cuts, finder.styles + styles


@dataclass(slots=True)
class _Fence:
    start: int
    language: str
    content_start: int = -1


@dataclass(slots=True)
class _Link:
    url: str
    label: int
    is_reference: bool = False
    """It is a reference link, whose URL is defined in a line of its own."""


def _list_places(run: re.Match[bytes]) -> range:
    return range(run.start(), run.end() + 1)


class _Finder:
    """Handles the events of the parser; offsets are bytes of the source."""

    def __init__(self, source: bytes, refused_links: frozenset[str], *, may_grow: bool, growing: bool) -> None:
        self._refused_links = refused_links
        self._may_grow = may_grow
        self.cuts: list[Cut] = []
        self.styles: list[Style] = []
        self.spoilers = SpoilerFinder(source, growing=growing)
        self._source = source
        self._runs = {place: run.span() for run in _EMPHASIS_RUN.finditer(source) for place in _list_places(run)}
        """Where a run of marks begins and ends, by each place in it and both its ends."""
        self._last_end = 0
        """Where the text or inline markup before this event ended."""
        self._fence: _Fence | None = None
        self._links: list[_Link] = []
        self._quote_depth = self._max_quote_depth = 0
        self._table: Table | None = None

    def handle_event(self, event: Event, start: int, end: int) -> None:
        if self._table is not None and event != {"End": "Table"}:
            self._table.handle_event(event)
            return
        match event:
            case {"Start": {"Table": alignments}}:
                self._table = Table(alignments)
            case {"Start": tag}:
                self._handle_start(tag, start, end)
            case {"End": tag}:
                self._handle_end(tag, start, end)
            case {"Code": _}:
                self._add_inline_code(start, end)
                self._last_end = end
            case {"Text": str(text)}:
                self._handle_text(text, start, end)
                self._last_end = end
            case "Rule" if self._source[end:].strip():  # while streaming, the last line may still become something else
                self.cuts.append(Cut(start, start + len(self._source[start:end].rstrip()), _RULE_REPLACEMENT))
                self._last_end = end
            case "HardBreak" if self._source[start : start + 1] == b"\\":
                self.cuts.append(Cut(start, start + 1))
                self._last_end = end
            case _:  # HTML and line breaks stay
                self._last_end = end

    def _handle_start(self, tag: object, start: int, end: int) -> None:
        match tag:
            case "Strong":
                self._add_emphasis("bold", self._source[start : start + 1] * 2, start, end)
            case "Emphasis":
                self._add_emphasis("italic", self._source[start : start + 1], start, end)
            case "Strikethrough":
                self._add_emphasis("strikethrough", b"~~", start, end)
            case {"Link": {"link_type": "Inline", "dest_url": str(url)}}:
                self._begin_link(_Link(url, start + 1))
            case {"Image": {"link_type": "Inline", "dest_url": str(url)}}:
                self._begin_link(_Link(url, start + 2))
            case {"Link": {"link_type": "Autolink", "dest_url": str(url)}} if url.lower().startswith("http"):
                self._add_autolink(url, start, end)
                self._links.append(_Link("", start))
            case {"Link": {"link_type": "Reference" | "Collapsed" | "Shortcut", "dest_url": str(url)}}:
                self._links.append(_Link(url, start + 1, is_reference=True))
            case {"Link": object()} | {"Image": object()}:  # its URL is not in the source here, so all of it is text
                self._links.append(_Link("", start))
            case _:
                self._handle_block_start(tag, start, end)

    def _handle_block_start(self, tag: object, start: int, end: int) -> None:
        self.spoilers.end_block()
        match tag:
            case "Item":
                self._add_block_marks(find_item_marks(self._source, start, end))
            case {"Heading": object()}:
                self._add_block_marks(find_heading_marks(self._source, start, end))
            case {"CodeBlock": {"Fenced": str(info)}}:
                language = _LANGUAGE_NAME.match(info)
                self._fence = _Fence(start, language.group() if language else "")
            case {"BlockQuote": object()}:
                self._quote_depth += 1
                self._max_quote_depth = max(self._max_quote_depth, self._quote_depth)
            case _:
                pass

    def _handle_end(self, tag: object, start: int, end: int) -> None:
        match tag:
            case "Strong" | "Emphasis" | "Strikethrough":
                self._last_end = end
            case "CodeBlock" | {"CodeBlock": object()} if self._fence:
                self._end_fence(self._fence, end)
            case "Link" | "Image" if self._links:
                self._end_link(self._links.pop(), start, end)
                self._last_end = end
            case {"BlockQuote": object()} | "BlockQuote":
                self._quote_depth -= 1
                if not self._quote_depth:
                    self._add_block_marks(find_quote_marks(self._source, start, end, self._max_quote_depth))
                    self._max_quote_depth = 0
            case "Table" if self._table is not None:
                self._end_table(self._table, start, end)
            case _:
                self.spoilers.end_block()

    def _add_emphasis(self, kind: str, mark: bytes, start: int, end: int) -> None:
        width = len(mark)
        inside = self._source[start + width : end - width]
        if self._source[start : start + width] != mark or self._is_within_word(start, end, inside):
            return
        self._cut_delimiters(start, end, width)
        self.styles.append(Style(kind, start + width, end - width))

    def _is_within_word(self, start: int, end: int, inside: bytes) -> bool:
        """Whether marks touch a letter on their outer side: then they are rather a product or a power than emphasis.

        Marks after one word that begins with them, or before the `s` of a plural, are emphasis.
        """
        before = self._char_before(self._runs.get(start, (start, start))[0])
        end = self._runs.get(end, (end, end))[1]
        after, beyond = self._source[end : end + 8].decode(errors="ignore").ljust(2)[:2]
        if _is_letter(before):
            return True
        return _is_letter(after) and not (after == "s" and not beyond.isalnum()) and bool(_SPACE.search(inside))

    def _add_inline_code(self, start: int, end: int) -> None:
        ticks = _BACKTICKS.match(self._source, start)
        if ticks is None:
            return
        width = len(ticks.group())
        self._cut_delimiters(start, end, width)
        if not self._links:  # Telegram allows no code within a link (Bot API: Formatting options)
            self.styles.append(Style("code", start + width, end - width))

    def _cut_delimiters(self, start: int, end: int, width: int) -> None:
        self.cuts += [Cut(start, start + width), Cut(end - width, end)]

    def _handle_text(self, text: str, start: int, end: int) -> None:
        fence = self._fence
        if fence:
            if fence.content_start < 0:
                fence.content_start = start
            elif self._last_end < start:  # indentation and quote marks of each line
                self.cuts.append(Cut(self._last_end, start))
            return
        self.spoilers.read_text(start, end)
        if self._is_escaped_mark(start):
            self.cuts.append(Cut(start - 1, start))
        elif self._source[start : start + 1] == b"&" and _HTML_ENTITY.fullmatch(self._source, start, end):
            self.cuts.append(Cut(start, end, text.encode(errors="replace")))

    def _is_escaped_mark(self, start: int) -> bool:
        r"""Whether a backslash only escapes a mark; others (`\(`, `C:\.x`) have a meaning of their own."""
        return self._last_end < start and self._source[start - 1] == ord("\\") and self._source[start] in _ESCAPABLE

    def _end_fence(self, fence: _Fence, end: int) -> None:
        self._fence = None
        if fence.content_start < 0:
            self.cuts.append(Cut(fence.start, end))
            return
        content_end = self._last_end
        if content_end < end and self._source[content_end - 1] == ord("\n"):
            content_end -= 1  # the line break before the closing fence belongs to the fence
        self.cuts += [Cut(fence.start, fence.content_start), Cut(content_end, end)]
        self.styles.append(Style("pre", fence.content_start, content_end, language=fence.language))
        if self._may_grow:  # Telegram replaces each tab by one blank
            tabs = re.finditer(rb"\t", self._source[fence.content_start : content_end])
            self.cuts += [
                Cut(fence.content_start + tab.start(), fence.content_start + tab.end(), _TAB_REPLACEMENT)
                for tab in tabs
            ]

    def _add_autolink(self, url: str, start: int, end: int) -> None:
        """Handle a URL in angle brackets; it becomes a link where Telegram would not detect its end."""
        self.cuts += [Cut(start, start + 1), Cut(end - 1, end)]
        following = self._source[end : end + 8].lstrip(_EMPHASIS_MARKS).decode(errors="ignore")[:1]
        if following > "\x7f" and not following.isspace() and is_linkable(url) and url not in self._refused_links:
            self.styles.append(Style("text_link", start + 1, end - 1, url=url))

    def _begin_link(self, link: _Link) -> None:
        self._links.append(link)
        self._last_end = link.label

    def _end_link(self, link: _Link, start: int, end: int) -> None:
        label = self._source[link.label : self._last_end]
        if link.is_reference:
            self._end_reference(link, label, end)
            return
        if not link.url or self._source[self._last_end : self._last_end + 2] != b"](":
            return
        if self._links:  # an image in the label of a link
            self.cuts += [Cut(start, link.label), Cut(self._last_end, end)]
        elif emoji := find_custom_emoji(link.url):
            self.cuts += [Cut(start, link.label), Cut(self._last_end, end)]
            self.styles.append(Style("custom_emoji", link.label, self._last_end, url=emoji))
        elif not label.strip():
            if is_address(link.url):
                self.cuts.append(Cut(start, end, link.url.encode(errors="replace")))
        elif self._may_link(link, label):
            self.cuts += [Cut(start, link.label), Cut(self._last_end, end)]
            self.styles.append(Style("text_link", link.label, self._last_end, url=link.url))
        elif is_address(link.url) and not self._char_before(start).isalnum():
            address = format_unlinked_url(label.decode(), link.url).encode(errors="replace")
            self.cuts += [Cut(start, link.label), Cut(self._last_end, end, address)]

    def _end_reference(self, link: _Link, label: bytes, end: int) -> None:
        """Numbers keep their brackets: `[1]` is a source, and `[1][2]` are two."""
        numbered = label.strip(b"^ ").isdigit()
        short = not numbered or link.label + len(label) + 1 == end
        if not label.strip() or self._links or not short or not self._may_link(link, label):
            return
        if numbered:
            self.styles.append(Style("text_link", link.label - 1, end, url=link.url))
        else:
            behind = len(b"[]") * self._source.startswith(b"[]", end)
            self.cuts += [Cut(link.label - 1, link.label), Cut(link.label + len(label), end + behind)]
            self.styles.append(Style("text_link", link.label, link.label + len(label), url=link.url))

    def _may_link(self, link: _Link, label: bytes) -> bool:
        """Whether Telegram accepts the link; one whose words name another host is shown with its address instead."""
        accepted = is_linkable(link.url) and link.url not in self._refused_links
        return accepted and not names_other_host(label.decode(errors="replace"), link.url)

    def _char_before(self, offset: int) -> str:
        return self._source[max(0, offset - 4) : offset].decode(errors="ignore")[-1:]

    def _end_table(self, table: Table, start: int, end: int) -> None:
        self._table = None
        end = start + len(self._source[start:end].rstrip())
        shown = table.render(None if self._may_grow else utf16_length(self._source[start:end].decode()))
        if shown is not None:
            self.cuts.append(Cut(start, end, shown.text.encode(errors="replace")))
            self.styles += [Style("pre", start, end)] if shown.columns else []

    def _add_block_marks(self, marks: BlockMarks) -> None:
        self.cuts += marks.cuts
        self.styles += marks.styles


def _is_letter(character: str) -> bool:
    return character.isalnum() and not is_unspaced(character)
