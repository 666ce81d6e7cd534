"""Finding Markdown's marks: which bytes of a text are markup, and what they say about the rest.

Nothing but marks is ever named here, so a text without them cannot change, and with them only the marks can vanish. A
mark that a model may have meant literally (`2*3*4`, `x**2`, `__init__`, `<b>`, `5.`) is left where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyromark import Markdown, Options
from pyromark.event import Event

from core.chat.text.page_breaks import utf16_length
from core.chat.text.writing_systems import is_unspaced

from .cuts import Cut, Style
from .links import format_unlinked_url, is_address, is_linkable
from .tables import Table

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
_HEADING = re.compile(rb"#{1,6}[ \t]+")
_BULLET = re.compile(rb"[-*](?=[ \t]+\S)")
_BACKTICKS = re.compile(rb"`+")
_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")
_MARKS = b"*_~"
_TAB = b"    "
_ESCAPABLE = b"*_`~#>|"
_ENTITY = re.compile(rb"&#?\w+;")
_RULE = "———".encode()
_TASK = re.compile(rb"[-*+][ \t]+(?P<box>\[[ xX]\])(?=[ \t]+\S)")


def find_marks(source: bytes, refused: frozenset[str] = frozenset(), *, roomy: bool) -> tuple[list[Cut], list[Style]]:
    """Find the marks of `source`, which is valid UTF-8; any prefix of a text has marks that fit it too.

    Links to addresses that are `refused`, or that Telegram is known to refuse, become words and address. Unless
    `roomy`, no table becomes longer than it was, nor a tab in code.
    """
    finder = _Finder(source, refused, roomy=roomy)
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        finder.take(event, where["start"], where["end"])
    return finder.cuts, finder.styles


@dataclass(slots=True)
class _Fence:
    start: int
    language: str
    first: int = -1


@dataclass(slots=True)
class _Link:
    url: str
    label: int
    elsewhere: bool = False
    """The address is written in a line of its own."""


class _Finder:
    """Walks through the parser's events; offsets are bytes of the source."""

    def __init__(self, source: bytes, refused: frozenset[str], *, roomy: bool) -> None:
        self._refused = refused
        self._roomy = roomy
        self.cuts: list[Cut] = []
        self.styles: list[Style] = []
        self._source = source
        self._last = 0
        """Where the piece of text or inline markup before this event ended."""
        self._fence: _Fence | None = None
        self._links: list[_Link] = []
        self._quotes = self._deepest = 0
        self._table: Table | None = None

    def take(self, event: Event, start: int, end: int) -> None:
        if self._table is not None and event != {"End": "Table"}:
            self._table.handle_event(event)
            return
        match event:
            case {"Start": {"Table": alignments}}:
                self._table = Table(alignments)
            case {"Start": tag}:
                self._open(tag, start, end)
            case {"End": tag}:
                self._close(tag, start, end)
            case {"Code": _}:
                self._code(start, end)
                self._last = end
            case {"Text": str(text)}:
                self._text(text, start, end)
                self._last = end
            case "Rule" if self._source[end:].strip():  # the last line may still become something else
                self.cuts.append(Cut(start, start + len(self._source[start:end].rstrip()), _RULE))
                self._last = end
            case _:  # HTML and line breaks stay as they are written
                self._last = end

    def _open(self, tag: object, start: int, end: int) -> None:
        match tag:
            case "Strong":
                self._emphasis("bold", self._source[start : start + 1] * 2, start, end)
            case "Emphasis":
                self._emphasis("italic", self._source[start : start + 1], start, end)
            case "Strikethrough":
                self._emphasis("strikethrough", b"~~", start, end)
            case {"Link": {"link_type": "Inline", "dest_url": str(url)}}:
                self._begin_link(_Link(url, start + 1))
            case {"Image": {"link_type": "Inline", "dest_url": str(url)}}:
                self._begin_link(_Link(url, start + 2))
            case {"Link": {"link_type": "Autolink", "dest_url": str(url)}} if url.lower().startswith("http"):
                self._address(url, start, end)
                self._links.append(_Link("", start))
            case {"Link": {"link_type": "Reference" | "Collapsed" | "Shortcut", "dest_url": str(url)}}:
                self._links.append(_Link(url, start + 1, elsewhere=True))
            case {"Link": object()} | {"Image": object()}:  # its address is not written here, so all of it is text
                self._links.append(_Link("", start))
            case _:
                self._open_block(tag, start, end)

    def _open_block(self, tag: object, start: int, end: int) -> None:
        match tag:
            case "Item":
                self._item(start, end)
            case {"Heading": object()}:
                self._heading(start, end)
            case {"CodeBlock": {"Fenced": str(info)}}:
                language = _LANGUAGE.match(info)
                self._fence = _Fence(start, language.group() if language else "")
            case {"BlockQuote": object()}:
                self._quotes += 1
                self._deepest = max(self._deepest, self._quotes)
            case _:
                pass

    def _close(self, tag: object, start: int, end: int) -> None:
        match tag:
            case "Strong" | "Emphasis" | "Strikethrough":
                self._last = end
            case "CodeBlock" | {"CodeBlock": object()} if self._fence:
                self._end_fence(self._fence, end)
            case "Link" | "Image" if self._links:
                self._end_link(self._links.pop(), start, end)
                self._last = end
            case {"BlockQuote": object()} | "BlockQuote":
                self._quotes -= 1
                if not self._quotes:
                    self._quote(start, end)
            case "Table" if self._table is not None:
                self._end_table(self._table, start, end)
            case _:
                pass

    def _emphasis(self, kind: str, mark: bytes, start: int, end: int) -> None:
        width = len(mark)
        inside = self._source[start + width : end - width]
        if self._source[start : start + width] != mark or self._within_word(start, end, inside, lone=width == 1):
            return
        self._unwrap(start, end, width)
        self.styles.append(Style(kind, start + width, end - width))

    def _within_word(self, start: int, end: int, inside: bytes, *, lone: bool) -> bool:
        """A mark that touches a letter from outside is more often a product or a power than half a word in italics.

        Two marks behind one bold word, or before the `s` of a plural, are none of these.
        """
        while start > 0 and self._source[start - 1] in _MARKS:
            start -= 1
        while end < len(self._source) and self._source[end] in _MARKS:
            end += 1
        before = self._char_before(start)
        after, beyond = self._source[end : end + 8].decode(errors="ignore").ljust(2)[:2]
        if _is_letter(before):
            return True
        suffix = not lone and (not re.search(rb"\s", inside) or (after == "s" and not beyond.isalnum()))
        return _is_letter(after) and not suffix

    def _code(self, start: int, end: int) -> None:
        ticks = _BACKTICKS.match(self._source, start)
        if ticks is None:
            return
        width = len(ticks.group())
        self._unwrap(start, end, width)
        if not self._links:  # Telegram allows no code within a link (Bot API: Formatting options)
            self.styles.append(Style("code", start + width, end - width))

    def _unwrap(self, start: int, end: int, width: int) -> None:
        self.cuts += [Cut(start, start + width), Cut(end - width, end)]

    def _text(self, text: str, start: int, end: int) -> None:
        fence = self._fence
        if fence:
            if fence.first < 0:
                fence.first = start
            elif self._last < start:  # what surrounds the block on each line: indentation, quote marks
                self.cuts.append(Cut(self._last, start))
        elif self._escaped(start):
            self.cuts.append(Cut(start - 1, start))
        elif self._source[start : start + 1] == b"&" and _ENTITY.fullmatch(self._source, start, end):
            self.cuts.append(Cut(start, end, text.encode(errors="replace")))

    def _escaped(self, start: int) -> bool:
        r"""A backslash that only protects a mark goes with it; others (`\(`, `C:\.x`) are more than markup."""
        return self._last < start and self._source[start - 1] == ord("\\") and self._source[start] in _ESCAPABLE

    def _end_fence(self, fence: _Fence, end: int) -> None:
        self._fence = None
        if fence.first < 0:
            self.cuts.append(Cut(fence.start, end))
            return
        content_end = self._last
        if content_end < end and self._source[content_end - 1] == ord("\n"):
            content_end -= 1  # the line break before the closing fence belongs to the fence
        self.cuts += [Cut(fence.start, fence.first), Cut(content_end, end)]
        self.styles.append(Style("pre", fence.first, content_end, language=fence.language))
        if self._roomy:  # Telegram makes one blank of each tab
            tabs = re.finditer(rb"\t", self._source[fence.first : content_end])
            self.cuts += [Cut(fence.first + tab.start(), fence.first + tab.end(), _TAB) for tab in tabs]

    def _address(self, url: str, start: int, end: int) -> None:
        """An address that stands in the text; a link of its own where Telegram would not see its end."""
        self.cuts += [Cut(start, start + 1), Cut(end - 1, end)]
        following = self._source[end : end + 8].lstrip(_MARKS).decode(errors="ignore")[:1]
        if following > "\x7f" and not following.isspace() and is_linkable(url) and url not in self._refused:
            self.styles.append(Style("text_link", start + 1, end - 1, url=url))

    def _begin_link(self, link: _Link) -> None:
        self._links.append(link)
        self._last = link.label

    def _end_link(self, link: _Link, start: int, end: int) -> None:
        label = self._source[link.label : self._last]
        if link.elsewhere:
            self._end_reference(link, label, end)
            return
        if not link.url or self._source[self._last : self._last + 2] != b"](":
            return
        if self._links:  # a picture among the words of a link
            self.cuts += [Cut(start, link.label), Cut(self._last, end)]
        elif not label.strip():
            if is_address(link.url):
                self.cuts.append(Cut(start, end, link.url.encode(errors="replace")))
        elif is_linkable(link.url) and link.url not in self._refused:
            self.cuts += [Cut(start, link.label), Cut(self._last, end)]
            self.styles.append(Style("text_link", link.label, self._last, url=link.url))
        elif is_address(link.url) and not self._char_before(start).isalnum():
            address = format_unlinked_url(label.decode(), link.url).encode(errors="replace")
            self.cuts += [Cut(start, link.label), Cut(self._last, end, address)]

    def _end_reference(self, link: _Link, label: bytes, end: int) -> None:
        """Numbers keep their brackets: `[1]` is a source, and `[1][2]` are two."""
        numbered = label.strip(b"^ ").isdigit()
        short = not numbered or link.label + len(label) + 1 == end
        if not label.strip() or self._links or not short or not is_linkable(link.url) or link.url in self._refused:
            return
        if numbered:
            self.styles.append(Style("text_link", link.label - 1, end, url=link.url))
        else:
            behind = len(b"[]") * self._source.startswith(b"[]", end)
            self.cuts += [Cut(link.label - 1, link.label), Cut(link.label + len(label), end + behind)]
            self.styles.append(Style("text_link", link.label, link.label + len(label), url=link.url))

    def _char_before(self, offset: int) -> str:
        return self._source[max(0, offset - 4) : offset].decode(errors="ignore")[-1:]

    def _end_table(self, table: Table, start: int, end: int) -> None:
        self._table = None
        end = start + len(self._source[start:end].rstrip())
        shown = table.render(None if self._roomy else utf16_length(self._source[start:end].decode()))
        if shown is not None:
            self.cuts.append(Cut(start, end, shown.text.encode(errors="replace")))
            self.styles += [Style("pre", start, end)] if shown.columns else []

    def _heading(self, start: int, end: int) -> None:
        mark = _HEADING.match(self._source, start, end)
        if mark and mark.end() < end:  # an underlined heading keeps its line: it may be the beginning of a list
            self.cuts.append(Cut(start, mark.end()))
            self.styles.append(Style("bold", mark.end(), end))

    def _item(self, start: int, end: int) -> None:
        if task := _TASK.match(self._source, start, end):
            self.cuts.append(Cut(start, task.end(), ("☐" if task["box"] == b"[ ]" else "☑").encode()))
        elif _BULLET.match(self._source, start, end):
            self.cuts.append(Cut(start, start + 1, "•".encode()))

    def _quote(self, start: int, end: int) -> None:
        marks = re.compile(rb"(?:[ \t]*>){1,%d} ?" % self._deepest)
        self._deepest = 0
        if not self._source[start:end].strip(b"> \t\r\n"):
            return
        line = start
        while 0 <= line < end:
            if found := marks.match(self._source, line, end):
                self.cuts.append(Cut(*found.span()))
            line = self._source.find(b"\n", line, end) + 1 or end
        self.styles.append(Style("blockquote", start, end))


def _is_letter(character: str) -> bool:
    return character.isalnum() and not is_unspaced(character)
