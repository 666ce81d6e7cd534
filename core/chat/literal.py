"""Protecting what is content from readers of Markdown, who would take it for marks; pure, and in linear time.

CommonMark pairs the stars of `COUNT(*) of COUNT(*)`, the lines of `{A}_{1} + {B}_{2}`, and lets a bare address end at
the next blank. What nobody meant as a mark gets a backslash here, an address its brackets (`<https://…>`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .addresses import PARTIAL_ADDRESS, PARTIAL_SCHEME
from .edits import Edit, edited
from .fences import Fences
from .meant import Closing, Place, is_name, is_pointer
from .tokens import Token, tokens

_MARK = re.compile(r"\*+|~+|_+")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PROTECTIVE = frozenset("*_`~#>|")
"""A backslash before these protects them; before other signs it is content: `\\(x\\)`, `C:\\.x`."""
_OF_LIST = re.compile(r"\s*(?:\d+\\[.)]|\\[-+])")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SPECIAL = re.compile(r"[*~_\\<]|https?:", re.IGNORECASE)
_ANYTHING = re.compile(r"[*~_\\<`$\[\]]|h(?:ttps?:|(?:t(?:tp?s?)?)?\Z)", re.IGNORECASE)
"""Without any of these a line is plain words."""
_HTML = re.compile(
    r" {0,3}</?(?:details|summary|div|p|table|thead|tbody|tr|td|th|ul|ol|li|h[1-6]|center|section|article|aside"
    r"|blockquote|pre|script|style|hr|br|img|iframe|form)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])(\s+)")
_CODE_INDENT = 4
_KINDS = frozenset(("*", "**", "***", "_", "__", "___", "~~"))
_LOOKAHEAD = 2
_LONGEST = 200
"""Characters of a tag, or of a name between underscores, that is worth holding a stream back for."""
_LONGEST_NAME = re.compile(r"\w{0,30}(?:__)?.?", re.ASCII)


def protected(text: str, *, strict: bool, final: bool = True) -> str:
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


@dataclass(frozen=True, slots=True)
class Opened:
    """Something that begins in a text and does not end in it."""

    mark: str
    start: int


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
        self._after_blank = True
        self._offset = 0
        """Where the text of the list's item begins."""

    def line(self, line: str, *, final: bool) -> str:
        fence = self._fences.enclose(line)
        if fence:
            return self._formula(line, final=final) if fence[0] in "$\\" else line
        if not self._is_prose(line) or not _ANYTHING.search(line):
            return line
        read = _Line(line, strict=self._strict)
        self._astray = read.astray
        edits = list(read.edits())
        return edited(line, edits, len(line) if final else read.doubt())

    def _formula(self, line: str, *, final: bool) -> str:
        edits = _Line(line, strict=self._strict).formula(0, len(line))
        return edited(line, edits, len(line) if final else _last_certain(line))

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
        read = _Line(line, strict=True)
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


class _Line:
    """What of one line is content, and from where on that is not certain while the line grows."""

    def __init__(self, line: str, *, strict: bool) -> None:
        self.line = line
        self.strict = strict
        self.tokens = list(tokens(line))
        self.astray = bool(self.tokens) and self.tokens[-1].kind == "stray"
        self._pending: dict[str, Token] = {}

    def edits(self) -> Iterator[Edit]:
        depth = 0
        for token in self.tokens:
            depth = max(0, depth + (token.text == "[") - (token.text[:1] == "]"))
            match token.kind:
                case "formula":
                    yield from self.formula(token.start, token.end)
                case "address":
                    yield from self._address(token, labelled=depth > 0)
                case "tag" | "autolink" if self.strict and not token.text.lower().startswith("<http"):
                    yield from self._tag(token)
                case "escape" | "unclosed" if self.strict and token.text[0] == "\\":
                    yield from self._backslash(token)
                case _:
                    pass
        for token in self._content():
            yield from _escapes(token.start, token.end)

    def formula(self, start: int, end: int) -> Iterator[Edit]:
        """All marks in a formula are content."""
        for found in _MARK.finditer(self.line, start, end):
            if _place(self.line, *found.span()).is_delimiter:
                yield from _escapes(*found.span())
        for found in _ESCAPED.finditer(self.line, start, end) if self.strict else ():
            yield Edit(*found.span(), _doubled(found[0]))

    def doubt(self) -> int:
        """From where on more text may change something."""
        places = [len(self.line), *map(self._doubt, self.tokens)]
        if (name := self._pending.get("__")) and _LONGEST_NAME.fullmatch(self.line, name.end):
            places.append(name.start)
        places += [found.start() for part in (PARTIAL_SCHEME, PARTIAL_ADDRESS) if (found := part.search(self.line))]
        if self.line.endswith("\\") and not (self.tokens and self.tokens[-1].end == len(self.line)):
            places.append(len(self.line) - 1)
        return min(places)

    def _doubt(self, token: Token) -> int:
        if token.kind == "mark" and token.end + _LOOKAHEAD > len(self.line):
            return token.start
        if token.touches_end and token.kind == "address":
            return token.start
        if token.text == "<" and len(self.line) - token.start <= _LONGEST:
            return token.start
        if token.kind == "unclosed" or (token.touches_end and token.kind == "formula"):
            found = _SPECIAL.search(self.line, token.start + (2 if token.text[0] == "\\" else 1))
            return found.start() if found else len(self.line)
        return len(self.line)

    def _address(self, token: Token, *, labelled: bool) -> Iterator[Edit]:
        if not labelled:  # in the words of a link there can be no other
            yield Edit(token.start, token.end, f"<{token.text}>")
            return
        for found in _MARK.finditer(self.line, token.start, token.end):
            yield from _escapes(*found.span())

    def _tag(self, token: Token) -> Iterator[Edit]:
        if _BREAK.fullmatch(token.text) and self.line.lstrip().startswith("|"):
            yield Edit(token.start, token.end, " · ")
        elif len(token.text) <= _LONGEST:
            yield Edit(token.start, token.start + 1, "\\<")

    def _backslash(self, token: Token) -> Iterator[Edit]:
        listed = _OF_LIST.match(self.line)
        if (
            token.text[1] not in _PROTECTIVE
            and _ESCAPED.match(token.text)
            and not (listed and token.end <= listed.end())
        ):
            yield Edit(token.start, token.end, _doubled(token.text))

    def opened(self, position: int, before: list[Opened]) -> list[Opened]:
        """What is open behind this line."""
        pending = {one.mark: one for one in before}
        for token in self.tokens:
            here = Opened(token.text, position + token.start)
            if token.kind in {"stray", "unclosed"} or (token.kind == "address" and token.touches_end):
                pending[token.kind if token.kind != "stray" else token.text] = here
            elif token.kind == "bracket" or token.text[:2] == "](":
                if token.text == "]" and token.touches_end:
                    continue  # where the link goes may follow
                pending = {mark: one for mark, one in pending.items() if mark != "["}
                pending |= {"[": here} if token.text == "[" else {}
            elif token.kind == "mark" and token.text in _KINDS:
                place = _place(self.line, token.start, token.end)
                if place.is_delimiter and token.text in pending and self._closing(token, place):
                    del pending[token.text]
                elif place.is_delimiter and place.opens:
                    pending[token.text] = here
        return list(pending.values())

    def _content(self) -> Iterator[Token]:
        """The marks that nobody meant as such."""
        pending = self._pending = {}
        for token in self.tokens:
            if token.kind != "mark":
                continue
            place = _place(self.line, token.start, token.end)
            if token.text == "~" and self.strict and place.can_close:
                yield token
            if token.text not in _KINDS or not place.is_delimiter:
                continue
            closing, opener = self._closing(token, place), pending.get(token.text)
            words = self.line[opener.end : token.start] if opener else ""
            if opener and (closing is Closing.YES or (closing is Closing.MAYBE and not re.search(r"\s", words))):
                del pending[token.text]
                if token.text == "__" and is_name(words, self.line[token.end : token.end + _LOOKAHEAD]):
                    yield from (opener, token)
            elif place.opens:
                pending[token.text] = token
            elif closing is not Closing.YES:
                yield token

    def _closing(self, token: Token, place: Place) -> Closing:
        pointer = token.text in {"*", "**"} and is_pointer(self.line[max(0, token.start - 30) : token.start])
        return Closing.NO if pointer else place.closes


def _place(line: str, start: int, end: int) -> Place:
    return Place(line[start:end], line[max(0, start - 1) : start], line[end : end + 1], line[end + 1 : end + 2])


def _escapes(start: int, end: int) -> Iterator[Edit]:
    yield from (Edit(index, index, "\\") for index in range(start, end))


def _doubled(escape: str) -> str:
    return "\\" * 4 if escape == "\\\\" else "\\" + escape


def _last_certain(line: str) -> int:
    """Where the marks and backslashes begin that a growing formula ends with."""
    found = re.search(r"[*~_\\]+.?\Z", line)
    return found.start() if found else len(line)
