"""Protecting content that Markdown would take for marks; pure, and in linear time.

CommonMark pairs the stars of `COUNT(*) of COUNT(*)` and the underscores of `{A}_{1} + {B}_{2}`, and ends a bare address
at the next blank. Here, a mark that is content gets a backslash, and an address gets brackets (`<https://…>`).
"""

from __future__ import annotations

import re
import sys

from .code_fences import FenceTracker
from .html_tags import DetailsReader
from .line_edits import apply_edits
from .line_memo import LineMemo
from .markdown_tokens import tokenize
from .protect_literals_in_line import OpenMark, ProseLine, find_uncertain_marks

_ANYTHING = re.compile(r"[*~_\\<`$\[\]&]|h(?:ttps?:|(?:t(?:tp?s?)?)?\Z)", re.IGNORECASE)
"""A line without any of these is plain text."""
_RULE = re.compile(r" {0,3}---[ \t]*")
"""Below a paragraph it would make a heading of it, which nobody means who writes only three dashes."""
_PARTIAL_RULE = re.compile(r" {0,3}-{0,3}[ \t]*")
_DELIMITERS = re.compile(r" *\|[ \t:|-]*-[ \t:|-]*")
_HTML = re.compile(
    r" {0,3}</?(?:details|summary|div|p|table|thead|tbody|tr|td|th|ul|ol|li|h[1-6]|center|section|article|aside"
    r"|blockquote|pre|script|style|hr|img|iframe|form)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])(\s+)")
_CODE_INDENT = 4
_END = sys.maxsize
"""Beyond the end of any line: what is added there belongs to it."""


def protect_literals(text: str, *, strict: bool, final: bool = True, memo: LineMemo | None = None) -> str:
    r"""Put backslashes before marks that are content, and brackets around bare addresses.

    `strict` is for parsers that also remove the backslash of `\(x\)`, what looks like a tag (`List<String>`), and what
    stands between single tildes. Unless `final`, the part that following text may change is held back: the result for a
    longer text begins with the result for a shorter one. Code and, unless `strict`, blocks of HTML stay as they are.
    `memo` is that of a text that grows, of which this is a state.
    """
    *lines, last = text.split("\n")
    reader = _Reader(strict=strict, memo=memo or LineMemo())
    protected = [*(reader.protect_line(line) for line in lines), reader.protect_line(last, final=final, is_last=True)]
    shown = "\n".join(protected)
    return shown if shown.strip() or not final else shown + text.lstrip()


def find_code_spans(text: str) -> tuple[list[tuple[int, int]], int]:
    """Find the code in a text, and the position from which following text may change that."""
    reader, spans, position, doubt = _Reader(strict=True), list[tuple[int, int]](), 0, len(text)
    for line in text.split("\n"):
        found, certain = reader.find_code(line)
        spans += [(position + start, position + end) for start, end in found]
        doubt = position + certain
        position += len(line) + 1
    return spans, doubt


def find_open_marks(text: str) -> list[OpenMark]:
    """Find the marks, code, links and addresses that the last paragraph of a text leaves open, in order."""
    lines = text.split("\n")
    reader, position, last_paragraph = _Reader(strict=True), 0, _find_last_paragraph(lines)
    found: list[OpenMark] = []
    for number, line in enumerate(lines):
        if number < last_paragraph:
            reader.skip_line(line)
        else:
            found = reader.find_open_marks(line, position, found if reader.is_continuation(line) else [])
        position += len(line) + 1
    return sorted(found, key=lambda one: one.start)


def _find_last_paragraph(lines: list[str]) -> int:
    """Return the number of the last blank line that is not in a fence; 0 when there is none."""
    fences = FenceTracker()
    blank = [number for number, line in enumerate(lines) if not fences.read_line(line) and not line.strip()]
    return blank[-1] if blank else 0


class _Reader:
    """Reads the lines in order and knows which of them are prose."""

    def __init__(self, *, strict: bool, memo: LineMemo | None = None) -> None:
        self._strict = strict
        self._memo = memo or LineMemo()
        self._fences = FenceTracker()
        self._details = DetailsReader()
        self._in_code_span = self._in_html = self._in_indented_code = False
        """Whether a code span, a block of HTML, or an indented code block is open."""
        self._above = ""
        """The class of the line before, see `_classify_line`."""
        self._after_blank = True
        self._offset = 0
        """The column at which the text of the list item begins."""

    def protect_line(self, line: str, *, final: bool = True, is_last: bool = False) -> str:
        """Protect a line; put a blank line before it where it would otherwise join the line above."""
        fenced, above = self._fences.is_open, self._above
        if not fenced and not self._in_code_span and "<" in line:
            line = self._details.rewrite(line, final=final)
        shown = self._protect_in_place(line, final=final, is_last=is_last)
        if fenced or self._fences.is_open:
            self._above = ""
            return shown
        self._above = _classify_line(line, above)
        if above and line and not final and _PARTIAL_RULE.fullmatch(line):
            return ""
        apart = above and (self._above == "rule" or (above == "row" and self._above == "text"))
        return "\n" + shown if apart else shown

    def _protect_in_place(self, line: str, *, final: bool, is_last: bool) -> str:
        fence = self._fences.read_line(line)
        if fence:
            return self._protect_formula(line, final=final) if fence[0] in "$\\" else line
        if not self._is_prose(line) or not _ANYTHING.search(line):
            return line
        if is_last:  # will be another one when the text has grown
            shown, self._in_code_span = _protect_prose(line, strict=self._strict, final=final)
        else:
            shown, self._in_code_span = self._memo.rewrite(_protect_strictly if self._strict else _protect, line)
        return shown

    def _protect_formula(self, line: str, *, final: bool) -> str:
        edits = ProseLine(line, strict=self._strict).find_formula_edits(0, len(line))
        return apply_edits(line, edits, _END if final else find_uncertain_marks(line))

    def find_code(self, line: str) -> tuple[list[tuple[int, int]], int]:
        """Find the code in a line, and the position from which following text may change that."""
        continues_fence = self._fences.is_open
        fence = self._fences.read_line(line)
        if fence:
            is_certain = continues_fence or fence[0] != "`"  # one more back-tick, and the line opens no fence
            return ([(0, len(line))] if fence[0] in "`~" else []), len(line) if is_certain else 0
        if not self._is_prose(line):
            return ([(0, len(line))] if self._in_indented_code else []), len(line)
        if not _ANYTHING.search(line):
            return [], len(line)
        found = list(tokenize(line))
        self._in_code_span = bool(found) and found[-1].kind == "stray"
        code = [token for token in found if token.kind == "code"]
        growing = [token.start for token in found if token.kind == "stray"]
        growing += [token.start for token in code if token.touches_end]
        return [(token.start, token.end) for token in code], min([len(line), *growing])

    def skip_line(self, line: str) -> None:
        """Read a line of a paragraph that has ended: whatever it leaves open, the end closes."""
        if not self._fences.read_line(line):
            self._is_prose(line)

    def is_continuation(self, line: str) -> bool:
        """Whether a line may continue the paragraph before it."""
        return bool(line.strip()) and not (_ITEM.match(line) or re.match(r"\s*(?:#{1,6}\s|\||>)", line))

    def find_open_marks(self, line: str, position: int, before: list[OpenMark]) -> list[OpenMark]:
        """Return the marks that are open after a line at `position`, given those `before` it."""
        if self._fences.read_line(line) or not self._is_prose(line):
            return before if self._in_code_span else []
        if not _ANYTHING.search(line):
            return before
        read = ProseLine(line, strict=True)
        self._in_code_span = read.has_open_code
        return read.find_open_marks(position, before)

    def _is_prose(self, line: str) -> bool:
        bare, after_blank = line.strip(), self._after_blank
        self._after_blank = not bare
        if not bare:
            self._in_code_span = self._in_html = False
            return False
        indent = len(line[: len(line) - len(line.lstrip())].expandtabs(_CODE_INDENT))
        self._in_indented_code = indent >= self._offset + _CODE_INDENT and (after_blank or self._in_indented_code)
        if item := _ITEM.match(line):
            self._offset = item.end() if not self._in_indented_code else self._offset
        elif after_blank and indent < self._offset:
            self._offset = indent
        self._in_html = not self._strict and (self._in_html or _HTML.match(line) is not None)
        return not (self._in_code_span or self._in_html or self._in_indented_code)


def _protect(line: str) -> tuple[str, bool]:
    return _protect_prose(line, strict=False, final=True)


def _protect_strictly(line: str) -> tuple[str, bool]:
    return _protect_prose(line, strict=True, final=True)


def _protect_prose(line: str, *, strict: bool, final: bool) -> tuple[str, bool]:
    """Return the protected line, and whether it leaves a code span open."""
    read = ProseLine(line, strict=strict)
    edits = list(read.find_edits())
    return apply_edits(line, edits, _END if final else read.find_uncertain_start()), read.has_open_code


def _classify_line(line: str, above: str) -> str:
    """Return whether a line is a "rule", a table "row" with a bar in front, or "text"; "" when it is blank."""
    if not line.strip():
        return ""
    if _RULE.fullmatch(line):
        return "rule"
    in_table = line.lstrip(" ").startswith("|") and (above == "row" or _DELIMITERS.fullmatch(line))
    return "row" if in_table else "text"
