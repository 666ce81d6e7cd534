# ruff: noqa: RUF001 - the colon of Chinese text is meant
"""From Markdown to words that can be said aloud."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from pyromark import Markdown, Options
from pyromark.event import Event

from .formulas import speak_formulas
from .sentences import split_sentences
from .symbols import PAUSE, Symbols, closed, has_own_stops, resolved

__all__ = ["Words", "speakable_text", "split_sentences"]

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TASKLISTS | Options.ENABLE_FOOTNOTES
_NUMBER = re.compile(rb"\s*(\d{1,9})[.)]")
_MARKS = b"*_~"
_TAGS = (
    "a|abbr|address|article|aside|audio|b|big|blockquote|body|br|button|caption|center|cite|code|col|colgroup|dd|del|details"
    "|dfn|div|dl|dt|em|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|li"
    "|link|main|mark|meta|nav|ol|option|p|picture|pre|q|s|samp|script|section|select|small|source|span|strike|strong|style"
    "|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul|var|video|wbr"
)
_TAG_END = r"(?:\s+open|\s[^<>=]*=[^<>]*|\s*)/?>"
_TAG = re.compile(rf"<!--.*?(?:-->|\Z)|</?(?:{_TAGS}){_TAG_END}|<[!?][^<>]*>", re.DOTALL | re.IGNORECASE)
"""Of `vector<int>` and `a<b and c>d`, which are tags to Markdown, all is said."""
_BREAK = re.compile(rf"</?(?:br|p|div|li|tr|h[1-6]){_TAG_END}", re.IGNORECASE)
_ROWS, _COLUMNS, _CELL = 6, 4, 80
"""What is still listened to; characters in a cell."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in place of things that cannot be read aloud, in the language of the text."""

    code: str
    table: str
    link: str
    language: str
    """ISO 639-1, for the names of emoji."""


def speakable_text(markdown: str, words: Words) -> str:
    """Turn Markdown into plain sentences; "" when nothing in it can be said but that something is there.

    Each heading, paragraph, item and line is a line of the result and ends with a stop. Of addresses the host is said,
    of emoji the name, once. `words` stand for fenced code, for large tables and for addresses without a name.
    """
    source = speak_formulas(markdown).encode(errors="replace")
    reader = _Reader(source, words)
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        reader.take(event, where["start"], where["end"])
    reader.flush()
    if set(reader.lines) <= {closed(words.code), closed(words.table)}:
        return ""
    return "\n".join(reader.lines)


class _Reader:
    """Walks through the parser's events; offsets are bytes of the source."""

    def __init__(self, source: bytes, words: Words) -> None:
        self.lines: list[str] = []
        self._source = source
        self._words = words
        self._symbols = Symbols(link=words.link, language=words.language)
        self._text = ""
        self._number = ""
        """Of the list's item that begins."""
        self._in_fence = False
        self._marks: list[str] = []
        """What emphasis within words was written with, or nothing."""
        self._rows: list[list[str]] | None = None

    def take(self, event: Event, start: int, end: int) -> None:
        match event:
            case {"Start": tag}:
                self._open(tag, start, end)
            case {"End": tag}:
                self._close(tag)
            case {"Text": text} | {"Code": text}:
                self._text += "" if self._in_fence else text
            case "SoftBreak" | "HardBreak":
                self._text += "\n"
            case {"Html": tags} | {"InlineHtml": tags}:
                self._text += html.unescape(_TAG.sub("", _BREAK.sub("\n", tags)))
            case _:
                pass

    def flush(self) -> None:
        """End what is being said."""
        lines = [said for line in _unwrapped(self._text) if (said := self._symbols.said(line))]
        if lines and self._number:
            lines[0] = f"{self._number}{'、' if has_own_stops(lines[0][0]) else '. '}{lines[0]}"
            self._number = ""
        self.lines += map(closed, lines)
        self._text = ""

    def _open(self, tag: object, start: int, end: int) -> None:
        match tag:
            case "Emphasis" | "Strong" | "Strikethrough":
                self._marks.append(self._literal(start, end))
                self._text += self._marks[-1]
            case {"Link": object()} | {"Image": object()}:
                pass
            case {"CodeBlock": {"Fenced": str()}}:
                self.flush()
                self._in_fence = True
                self.lines.append(closed(self._words.code))
            case {"Table": object()}:
                self.flush()
                self._rows = []
            case "TableHead" | "TableRow" if self._rows is not None:
                self._rows.append([])
            case "TableCell":
                self._text = ""
            case "Item":
                self._end_item()
                number = _NUMBER.match(self._source, start, end)
                self._number = number[1].decode() if number else ""
            case _:
                self.flush()

    def _close(self, tag: object) -> None:
        match tag:
            case "Emphasis" | "Strong" | "Strikethrough":
                self._text += self._marks.pop()
            case "Link" | "Image" | "TableHead" | "TableRow":
                pass
            case "TableCell" if self._rows:
                self._rows[-1].append(self._symbols.said(self._text.replace("\n", " ")))
                self._text = ""
            case "Table" if self._rows:
                self.lines += self._table(self._rows)
                self._rows = None
            case "CodeBlock":
                self.flush()
                self._in_fence = False
            case "Item":
                self._end_item()
            case _:
                self.flush()

    def _end_item(self) -> None:
        self.flush()
        if self._number:  # without words, it was no number of an item: somebody answered "5."
            self.lines.append(f"{self._number}.")
            self._number = ""

    def _literal(self, start: int, end: int) -> str:
        """A mark between letters and digits is more often a product or a power than half a word in italics."""
        width = 1 + (self._source[start : start + 1] == self._source[start + 1 : start + 2])
        before = self._source[max(0, start - 8) : start].rstrip(_MARKS).decode(errors="ignore")[-1:]
        after = self._source[end : end + 8].lstrip(_MARKS).decode(errors="ignore")[:1]
        within = all(char.isalnum() and not has_own_stops(char) for char in (before, after))
        is_formula = within and (before.isdigit() or after.isdigit())
        return self._source[start : start + width].decode() if is_formula else ""

    def _table(self, rows: list[list[str]]) -> list[str]:
        head, *body = rows
        cells = [cell for row in rows for cell in row]
        if len(body) > _ROWS or len(head) > _COLUMNS or any(len(cell) > _CELL for cell in cells):
            return [closed(self._words.table)]
        return [closed(resolved(_row(head, row))) for row in body or [head] if any(row)]


def _row(head: list[str], row: list[str]) -> str:
    cells = [row[0], *(_named(name, cell) for name, cell in zip(head[1:], row[1:], strict=False) if cell)]
    return PAUSE.join(filter(None, cells))


def _named(name: str, cell: str) -> str:
    if not name or name == cell:
        return cell
    return f"{name}：{cell}" if has_own_stops(name[-1]) else f"{name}: {cell}"


def _unwrapped(text: str) -> list[str]:
    """Lines that are meant as lines: one that goes on with a small letter was only wrapped."""
    return re.sub(r"(?<![.!?:; \t])[ \t]*\n[ \t]*(?=[a-z])", " ", text).split("\n")
