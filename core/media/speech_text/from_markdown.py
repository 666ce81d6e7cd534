# ruff: noqa: RUF001 - the colon of Chinese text is meant
"""Turn Markdown into sentences that can be read aloud."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from pyromark import Markdown, Options
from pyromark.event import Event

from .formulas import speak_formulas
from .sentences import split_sentences
from .symbols import PAUSE, SymbolReader, end_with_stop, has_own_stops, resolve_pauses

__all__ = ["SpokenPlaceholders", "split_sentences", "to_speakable_text"]

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TASKLISTS | Options.ENABLE_FOOTNOTES
_ITEM_NUMBER = re.compile(rb"\s*(\d{1,9})[.)]")
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
_MAX_ROWS, _MAX_COLUMNS, _MAX_CELL_LENGTH = 6, 4, 80
"""What is still listened to; characters in a cell."""


@dataclass(frozen=True, slots=True)
class SpokenPlaceholders:
    """The words for content that cannot be read aloud, in the language of the text."""

    code: str
    table: str
    link: str
    language: str
    """ISO 639-1, for the names of emoji."""


def to_speakable_text(markdown: str, placeholders: SpokenPlaceholders) -> str:
    """Turn Markdown into plain sentences; "" if nothing in it can be spoken.

    Each heading, paragraph, item and line becomes a line that ends with a full stop. Of addresses the host is
    spoken, of emoji the name, once. `placeholders` replace fenced code, large tables and addresses without a name.
    """
    source = speak_formulas(markdown).encode(errors="replace")
    reader = _Reader(source, placeholders)
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        reader.take(event, where["start"], where["end"])
    reader.flush()
    if set(reader.lines) <= {end_with_stop(placeholders.code), end_with_stop(placeholders.table)}:
        return ""
    return "\n".join(reader.lines)


class _Reader:
    """Walks through the parser's events; offsets are bytes of the source."""

    def __init__(self, source: bytes, words: SpokenPlaceholders) -> None:
        self.lines: list[str] = []
        self._source = source
        self._placeholders = words
        self._symbols = SymbolReader(link=words.link, language=words.language)
        self._text = ""
        self._item_number = ""
        """Of the list's item that begins."""
        self._in_fence = False
        self._marks: list[str] = []
        """What emphasis within words was written with, or nothing."""
        self._table_rows: list[list[str]] | None = None

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
        """End the current sentence."""
        lines = [said for line in _unwrap(self._text) if (said := self._symbols.speak(line))]
        if lines and self._item_number:
            lines[0] = f"{self._item_number}{'、' if has_own_stops(lines[0][0]) else '. '}{lines[0]}"
            self._item_number = ""
        self.lines += map(end_with_stop, lines)
        self._text = ""

    def _open(self, tag: object, start: int, end: int) -> None:
        match tag:
            case "Emphasis" | "Strong" | "Strikethrough":
                self._marks.append(self._get_literal_mark(start, end))
                self._text += self._marks[-1]
            case {"Link": object()} | {"Image": object()}:
                pass
            case {"CodeBlock": {"Fenced": str()}}:
                self.flush()
                self._in_fence = True
                self.lines.append(end_with_stop(self._placeholders.code))
            case {"Table": object()}:
                self.flush()
                self._table_rows = []
            case "TableHead" | "TableRow" if self._table_rows is not None:
                self._table_rows.append([])
            case "TableCell":
                self._text = ""
            case "Item":
                self._end_item()
                number = _ITEM_NUMBER.match(self._source, start, end)
                self._item_number = number[1].decode() if number else ""
            case _:
                self.flush()

    def _close(self, tag: object) -> None:
        match tag:
            case "Emphasis" | "Strong" | "Strikethrough":
                self._text += self._marks.pop()
            case "Link" | "Image" | "TableHead" | "TableRow":
                pass
            case "TableCell" if self._table_rows:
                self._table_rows[-1].append(self._symbols.speak(self._text.replace("\n", " ")))
                self._text = ""
            case "Table" if self._table_rows:
                self.lines += self._read_table(self._table_rows)
                self._table_rows = None
            case "CodeBlock":
                self.flush()
                self._in_fence = False
            case "Item":
                self._end_item()
            case _:
                self.flush()

    def _end_item(self) -> None:
        self.flush()
        if self._item_number:  # without words, it was no number of an item: somebody answered "5."
            self.lines.append(f"{self._item_number}.")
            self._item_number = ""

    def _get_literal_mark(self, start: int, end: int) -> str:
        """Return a mark that stands literally: between letters and digits it is more often a product than italics."""
        width = 1 + (self._source[start : start + 1] == self._source[start + 1 : start + 2])
        before = self._source[max(0, start - 8) : start].rstrip(_MARKS).decode(errors="ignore")[-1:]
        after = self._source[end : end + 8].lstrip(_MARKS).decode(errors="ignore")[:1]
        within = all(char.isalnum() and not has_own_stops(char) for char in (before, after))
        is_formula = within and (before.isdigit() or after.isdigit())
        return self._source[start : start + width].decode() if is_formula else ""

    def _read_table(self, rows: list[list[str]]) -> list[str]:
        head, *body = rows
        cells = [cell for row in rows for cell in row]
        if len(body) > _MAX_ROWS or len(head) > _MAX_COLUMNS or any(len(cell) > _MAX_CELL_LENGTH for cell in cells):
            return [end_with_stop(self._placeholders.table)]
        return [end_with_stop(resolve_pauses(_format_row(head, row))) for row in body or [head] if any(row)]


def _format_row(head: list[str], row: list[str]) -> str:
    cells = [row[0], *(_format_cell(name, cell) for name, cell in zip(head[1:], row[1:], strict=False) if cell)]
    return PAUSE.join(filter(None, cells))


def _format_cell(name: str, cell: str) -> str:
    if not name or name == cell:
        return cell
    return f"{name}：{cell}" if has_own_stops(name[-1]) else f"{name}: {cell}"


def _unwrap(text: str) -> list[str]:
    """Join wrapped lines: a line that continues with a lower-case letter was only wrapped."""
    return re.sub(r"(?<![.!?:; \t])[ \t]*\n[ \t]*(?=[a-z])", " ", text).split("\n")
