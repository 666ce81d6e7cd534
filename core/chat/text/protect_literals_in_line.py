"""Finding what in a line of Markdown is content, not marks, and how far that is certain while it grows; pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .html_tags import find_growing_pair, find_pair_edits
from .line_edits import Edit
from .link_labels import find_hosts, format_host, names_other_host
from .mark_or_literal import Closing, MarkRun, is_dunder_name, is_pointer_type
from .markdown_tokens import MAX_TAG_LENGTH, Token, tokenize
from .urls import PARTIAL_ADDRESS, PARTIAL_SCHEME

_MARK = re.compile(r"\*+|~+|_+")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PROTECTIVE = frozenset("*_`~#>|$")
"""A backslash before these escapes them; before other signs it is content: `\\(x\\)`, `C:\\.x`."""
_OF_LIST = re.compile(r"\s*(?:\d+\\[.)]|\\[-+])")
_SEPARATOR = re.compile(r"\\{2,}|\\(?=[!-/:-@\[-`{-~])")
_HEAD = re.compile(r"[A-Za-z]:(?=\\)|\\\\[\w.$-]+(?=\\)")
"""The beginning of a path."""
_BEHIND_PATHS = "*_~.,;:!?"
_SPELLED = "&#92;"
"""A backslash that Markdown does not take for an escape."""
_MARKS = frozenset("*_`~#|[]\\")
_PARTIAL_ENTITY = re.compile(r"&#?\w{0,31}\Z")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_DEFINITION = re.compile(r" {0,3}\[[^\[\]]+\]:[ \t]*")
"""The beginning of a link definition, for `[words][name]`."""
_BLOCK_START = re.compile(r"(?:[\s>]|[-*+]\s|\d{1,9}[.)]\s)*(?P<number>\d{0,9})")
"""Where a sign may begin a list, or underline a heading."""
_SPECIAL = re.compile(r"[*~_\\<]|https?:", re.IGNORECASE)
_KINDS = frozenset(("*", "**", "***", "_", "__", "___", "~~"))
_LOOKAHEAD = 2
_MAX_LABEL_LENGTH = 500
"""Characters of the words of a link that are searched for hosts; longer ones count as naming another one."""
_GROWING_NAME = re.compile(r"\w{0,30}(?:__)?.?", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpenMark:
    """A mark that is open at the end of a text."""

    mark: str
    start: int


class ProseLine:
    """A line that is neither code nor HTML; `strict` as in `protect_literals`."""

    def __init__(self, line: str, *, strict: bool) -> None:
        self.line = line
        self.strict = strict
        self.tokens = list(tokenize(line))
        self.has_open_code = bool(self.tokens) and self.tokens[-1].kind == "stray"
        self._pending: dict[str, Token] = {}
        self._pair_edits = find_pair_edits(line, self.tokens)

    def find_edits(self) -> Iterator[Edit]:
        depth = 0
        for token in self.tokens:
            depth = max(0, depth + (token.text == "[") - (token.text[:1] == "]"))
            match token.kind:
                case "formula":
                    yield from self.find_formula_edits(token.start, token.end)
                case "address":
                    yield from self._edit_address(token, labelled=depth > 0)
                case "tag":
                    yield from self._edit_html(token)
                case "autolink" | "unclosed" if self.strict and token.text[0] == "<":
                    yield from self._edit_tag(token)
                case "path":
                    yield from self._edit_path(token)
                case "entity" if self.strict:
                    yield from self._edit_entity(token)
                case "escape" | "unclosed" if self.strict and token.text[0] == "\\":
                    yield from self._edit_backslash(token)
                case _:
                    pass
        for token in self._find_literal_marks():
            yield from _escape_each(token.start, token.end)
        yield from self._find_link_edits()

    def find_formula_edits(self, start: int, end: int, *, doubling: bool = True) -> Iterator[Edit]:
        """Return edits for a formula, in which all marks are content."""
        for found in _MARK.finditer(self.line, start, end):
            if _mark_at(self.line, *found.span()).is_delimiter:
                yield from _escape_each(*found.span())
        for found in _ESCAPED.finditer(self.line, start, end) if self.strict and doubling else ():
            yield Edit(*found.span(), _double_backslash(found[0]))

    def find_uncertain_start(self) -> int:
        """Find the position from which following text may change something."""
        places = [find_growing_pair(self.line, self.tokens), self._find_open_token(), *self._find_growing_tokens()]
        if (name := self._pending.get("__")) and _GROWING_NAME.fullmatch(self.line, name.end):
            places.append(name.start)
        parts = (PARTIAL_SCHEME, PARTIAL_ADDRESS, _PARTIAL_ENTITY)
        places += [found.start() for part in parts if (found := part.search(self.line))]
        if self.line.endswith("\\") and not (self.tokens and self.tokens[-1].end == len(self.line)):
            places.append(len(self.line) - 1)
        return min(places)

    def _find_growing_tokens(self) -> Iterator[int]:
        """Return the positions from which following text may change what a token is."""
        for token in self.tokens:
            if self._may_grow(token):
                head = _HEAD.match(token.text)
                yield token.start + (head.end() if head else 0)

    def _find_open_token(self) -> int:
        """Find the position from which following text may change what an unclosed token means.

        The first such token decides, since the search from a later one finds nothing earlier.
        """
        for token in self.tokens:
            is_open = token.kind == "unclosed" or (token.touches_end and token.kind == "formula")
            if is_open and not self._may_grow(token):
                found = _SPECIAL.search(self.line, token.start + (2 if token.text[0] == "\\" else 1))
                return found.start() if found else len(self.line)
        return len(self.line)

    def _may_grow(self, token: Token) -> bool:
        following = self.line[token.end :]
        match token.kind:
            case "mark":
                return len(following) < _LOOKAHEAD
            case "address":
                return token.touches_end
            case "path":
                return not following.strip(_BEHIND_PATHS)
            case "tag":
                return _BREAK.fullmatch(token.text) is not None and not following.strip()
            case _:
                return token.text == "<" and len(self.line) - token.start < MAX_TAG_LENGTH

    def _edit_address(self, token: Token, *, labelled: bool) -> Iterator[Edit]:
        defined = _DEFINITION.match(self.line)
        if defined and token.start == defined.end():
            return
        if not labelled:  # in the words of a link there can be no other
            yield Edit(token.start, token.end, f"<{token.text}>")
            return
        for found in _MARK.finditer(self.line, token.start, token.end):
            yield from _escape_each(*found.span())

    def _find_link_edits(self) -> Iterator[Edit]:
        """Name the host of each link whose words name another one, for parsers that show links by their words."""
        opened: list[int] = []
        for token in self.tokens if self.strict else ():
            if token.text == "[":
                opened.append(token.end)
            elif token.text[0] == "]":
                yield from self._edit_link(token, opened.pop() if opened else None)

    def _edit_link(self, token: Token, opened: int | None) -> Iterator[Edit]:
        """Name the host of a link; where a reference hides it, let it be no link.

        Words that began on another line may name any host.
        """
        label = self.line[opened or 0 : token.start]
        if token.kind == "target":
            url = token.text[2:-1].strip().removeprefix("<").split(" ")[0].removesuffix(">")
            if opened is not None and not label.strip():  # a link without words is shown as nothing
                yield Edit(token.start, token.start, _MARK.sub(lambda mark: "\\" + "\\".join(mark[0]), url))
            elif (opened is None or _may_mislead(label, url)) and (host := format_host(url)):
                yield Edit(token.end, token.end, f" ({host})")
        elif token.text == "]" and self.line[token.end : token.end + 1] in {"[", ":"} and _may_name_host(label):
            yield Edit(token.end, token.end, "\\")

    def _edit_html(self, token: Token) -> Iterator[Edit]:
        if pair := self._pair_edits.get(token.start):
            yield pair
        elif _BREAK.fullmatch(token.text):
            yield from self._edit_break(token)
        elif self.strict:
            yield from self._edit_tag(token)

    def _edit_break(self, token: Token) -> Iterator[Edit]:
        """Replace a line break of HTML; in a table row, by a dot unless the renderer of tables can break the line."""
        if "|" not in self.line[: token.start]:
            ends = not self.line[token.end :].strip()
            yield Edit(token.start, token.end, "" if ends else "\n")
        elif self.strict:
            yield Edit(token.start, token.end, " · ")

    def _edit_tag(self, token: Token) -> Iterator[Edit]:
        """Escape a tag, open ones too: `<!A` at the start of a line begins HTML, in which back-ticks are no code."""
        following = self.line[token.start + 1 : token.start + len("<http")].lower()
        if following and following != "http":
            yield Edit(token.start, token.start + 1, "\\<")

    def _edit_path(self, token: Token) -> Iterator[Edit]:
        """Protect a Windows path, in which backslashes escape nothing."""
        for found in _SEPARATOR.finditer(self.line, token.start, token.end):
            if self.strict:
                yield Edit(*found.span(), found[0] * 2)
            elif found.end() < token.end and self.line[found.end()] in _PROTECTIVE:
                yield Edit(found.end() - 1, found.end(), _SPELLED)
        yield from self.find_formula_edits(token.start, token.end, doubling=False)

    def _edit_entity(self, token: Token) -> Iterator[Edit]:
        """Replace a character entity by its character, which marks nothing, but those three that platforms read."""
        character = html.unescape(token.text)
        if character != token.text and character not in {"<", ">", "&"}:
            block = _BLOCK_START.fullmatch(self.line, 0, token.start)
            starts_block = block is not None and character in (".)" if block["number"] else "-+=")
            yield Edit(token.start, token.end, ("\\" if character in _MARKS or starts_block else "") + character)

    def _edit_backslash(self, token: Token) -> Iterator[Edit]:
        listed = _OF_LIST.match(self.line)
        if (
            token.text[1] not in _PROTECTIVE
            and _ESCAPED.match(token.text)
            and not (listed and token.end <= listed.end())
        ):
            yield Edit(token.start, token.end, _double_backslash(token.text))

    def find_open_marks(self, position: int, before: list[OpenMark]) -> list[OpenMark]:
        """Return the marks that are open after this line."""
        pending = {one.mark: one for one in before}
        for token in self.tokens:
            here = OpenMark(token.text, position + token.start)
            if token.kind in {"stray", "unclosed"} or (token.kind == "address" and token.touches_end):
                pending[token.kind if token.kind != "stray" else token.text] = here
            elif token.kind == "bracket" or token.text[:2] == "](":
                if token.text == "]" and token.touches_end:
                    continue  # where the link goes may follow
                pending.pop("[", None)
                if token.text == "[":
                    pending["["] = here
            elif token.kind == "mark" and token.text in _KINDS:
                place = _mark_at(self.line, token.start, token.end)
                if place.is_delimiter and token.text in pending and self._rate_closing(token, place):
                    del pending[token.text]
                elif place.is_delimiter and place.can_be_opener:
                    pending[token.text] = here
        return list(pending.values())

    def _find_literal_marks(self) -> Iterator[Token]:
        """Find the marks that are content."""
        pending = self._pending = {}
        for token in self.tokens:
            if token.kind != "mark":
                continue
            place = _mark_at(self.line, token.start, token.end)
            if token.text == "~" and self.strict and place.can_close:
                yield token
            if token.text not in _KINDS or not place.is_delimiter:
                continue
            closing, opener = self._rate_closing(token, place), pending.get(token.text)
            words = self.line[opener.end : token.start] if opener else ""
            if opener and (closing is Closing.YES or (closing is Closing.MAYBE and not re.search(r"\s", words))):
                del pending[token.text]
                if token.text == "__" and is_dunder_name(words, self.line[token.end : token.end + _LOOKAHEAD]):
                    yield from (opener, token)
            elif place.can_be_opener:
                pending[token.text] = token
            elif closing is not Closing.YES or (
                place.can_open and not any(mark[0] == token.text[0] for mark in pending)
            ):
                yield token

    def _rate_closing(self, token: Token, place: MarkRun) -> Closing:
        pointer = token.text in {"*", "**"} and is_pointer_type(self.line[max(0, token.start - 30) : token.start])
        return Closing.NO if pointer else place.closing


def _may_mislead(label: str, url: str) -> bool:
    return len(label) > _MAX_LABEL_LENGTH or names_other_host(label, url)


def _may_name_host(label: str) -> bool:
    return len(label) > _MAX_LABEL_LENGTH or bool(find_hosts(label))


def _mark_at(line: str, start: int, end: int) -> MarkRun:
    return MarkRun(line[start:end], line[max(0, start - 1) : start], line[end : end + 1], line[end + 1 : end + 2])


def _escape_each(start: int, end: int) -> Iterator[Edit]:
    yield from (Edit(index, index, "\\") for index in range(start, end))


def _double_backslash(escape: str) -> str:
    return "\\" * 4 if escape == "\\\\" else "\\" + escape


def find_uncertain_marks(line: str) -> int:
    """Find the start of the marks and backslashes at the end of a growing formula."""
    found = re.search(r"[*~_\\]+.?\Z", line)
    return found.start() if found else len(line)
