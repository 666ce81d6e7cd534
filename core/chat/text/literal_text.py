"""Protecting what is content from readers of Markdown, who would take it for marks; pure, and in linear time.

CommonMark pairs the stars of `COUNT(*) of COUNT(*)`, the lines of `{A}_{1} + {B}_{2}`, and lets a bare address end at
the next blank. What nobody meant as a mark gets a backslash here, an address its brackets (`<https://…>`).
"""

from __future__ import annotations

import re

from .code_fences import Fences
from .line_edits import apply_edits
from .literal_prose import Line, Opened, last_certain
from .markdown_tokens import tokens

_ANYTHING = re.compile(r"[*~_\\<`$\[\]&]|h(?:ttps?:|(?:t(?:tp?s?)?)?\Z)", re.IGNORECASE)
"""Without any of these a line is plain words."""
_RULE = re.compile(r" {0,3}---[ \t]*")
"""Below words it would make a heading of them, which nobody means who writes no more than three of its signs."""
_PARTIAL_RULE = re.compile(r" {0,3}-{0,3}[ \t]*")
_DELIMITERS = re.compile(r" *\|[ \t:|-]*-[ \t:|-]*")
_HTML = re.compile(
    r" {0,3}</?(?:details|summary|div|p|table|thead|tbody|tr|td|th|ul|ol|li|h[1-6]|center|section|article|aside"
    r"|blockquote|pre|script|style|hr|img|iframe|form)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])(\s+)")
_CODE_INDENT = 4


def protect_literals(text: str, *, strict: bool, final: bool = True) -> str:
    r"""Put backslashes before marks that are content, and brackets around bare addresses.

    `strict` is for readers who also eat the backslash of `\(x\)`, what looks like a tag (`List<String>`), and what
    stands between single tildes. Unless `final`, what more text may change is held back: the result for a longer text
    begins with the result for a shorter one. Code and, unless `strict`, blocks of HTML stay as they are.
    """
    *lines, last = text.split("\n")
    reader = _Reader(strict=strict)
    return "\n".join([*(reader.line(line, final=True) for line in lines), reader.line(last, final=final)])


def code_spans(text: str) -> tuple[list[tuple[int, int]], int]:
    """Where the code of a text stands, and from where on that is not certain if the text grows."""
    reader, spans, position, doubt = _Reader(strict=True), list[tuple[int, int]](), 0, len(text)
    for line in text.split("\n"):
        found, certain = reader.code(line)
        spans += [(position + start, position + end) for start, end in found]
        doubt = position + certain
        position += len(line) + 1
    return spans, doubt


def open_marks(text: str) -> list[Opened]:
    """What the last paragraph of a text leaves open: marks, code, links and addresses, in order."""
    reader, position = _Reader(strict=True), 0
    found: list[Opened] = []
    for line in text.split("\n"):
        if not line.strip() or not reader.continues(line):
            found = []
        found = reader.opened(line, position, found)
        position += len(line) + 1
    return sorted(found, key=lambda one: one.start)


class _Reader:
    """Goes through the lines and knows which of them are prose."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._fences = Fences()
        self._astray = self._html = self._indented = False
        """Whether a span of code is open in this paragraph, a block of HTML, or a block of code without fences."""
        self._above = ""
        """What the line before is, see `_kind`."""
        self._after_blank = True
        self._offset = 0
        """Where the text of the list's item begins."""

    def line(self, line: str, *, final: bool) -> str:
        """What stands for a line; behind a blank one where it would else belong to what is above it."""
        fenced, above = self._fences.is_open, self._above
        shown = self._line(line, final=final)
        if fenced or self._fences.is_open:
            self._above = ""
            return shown
        self._above = _kind(line, above)
        if above and line and not final and _PARTIAL_RULE.fullmatch(line):
            return ""
        apart = above and (self._above == "rule" or (above == "row" and self._above == "text"))
        return "\n" + shown if apart else shown

    def _line(self, line: str, *, final: bool) -> str:
        fence = self._fences.enclose(line)
        if fence:
            return self._formula(line, final=final) if fence[0] in "$\\" else line
        if not self._is_prose(line) or not _ANYTHING.search(line):
            return line
        read = Line(line, strict=self._strict)
        self._astray = read.astray
        edits = list(read.edits())
        return apply_edits(line, edits, len(line) if final else read.doubt())

    def _formula(self, line: str, *, final: bool) -> str:
        edits = Line(line, strict=self._strict).formula(0, len(line))
        return apply_edits(line, edits, len(line) if final else last_certain(line))

    def code(self, line: str) -> tuple[list[tuple[int, int]], int]:
        """Where the code of a line is, and from where on a longer line might have other code."""
        fence = self._fences.enclose(line)
        if fence:
            return ([(0, len(line))] if fence[0] in "`~" else []), len(line)
        if not self._is_prose(line):
            return ([(0, len(line))] if self._indented else []), len(line)
        found = list(tokens(line))
        self._astray = bool(found) and found[-1].kind == "stray"
        code = [token for token in found if token.kind == "code"]
        growing = [token.start for token in found if token.kind == "stray" or (token in code and token.touches_end)]
        return [(token.start, token.end) for token in code], min([len(line), *growing])

    def continues(self, line: str) -> bool:
        """Whether a line may go on with the paragraph before it."""
        return not (_ITEM.match(line) or re.match(r"\s*(?:#{1,6}\s|\||>)", line))

    def opened(self, line: str, position: int, before: list[Opened]) -> list[Opened]:
        """What is open behind a line that begins at `position`, when so much was open before."""
        if self._fences.enclose(line) or not self._is_prose(line):
            return before if self._astray else []
        read = Line(line, strict=True)
        self._astray = read.astray
        return read.opened(position, before)

    def _is_prose(self, line: str) -> bool:
        bare, after_blank = line.strip(), self._after_blank
        self._after_blank = not bare
        if not bare:
            self._astray = self._html = False
            return False
        indent = len(line) - len(line.lstrip())
        self._indented = indent >= self._offset + _CODE_INDENT and (after_blank or self._indented)
        if item := _ITEM.match(line):
            self._offset = item.end() if not self._indented else self._offset
        elif after_blank and indent < self._offset:
            self._offset = indent
        self._html = not self._strict and (self._html or _HTML.match(line) is not None)
        return not (self._astray or self._html or self._indented)


def _kind(line: str, above: str) -> str:
    """Whether a line is a rule, of a table that has its bars in front, or text; "" when it is blank."""
    if not line.strip():
        return ""
    if _RULE.fullmatch(line):
        return "rule"
    in_table = line.lstrip(" ").startswith("|") and (above == "row" or _DELIMITERS.fullmatch(line))
    return "row" if in_table else "text"
