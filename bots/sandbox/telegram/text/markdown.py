"""The MarkdownV2 parse mode."""

import re
from dataclasses import dataclass, field
from typing import Final

from bots.sandbox.telegram.errors import ApiError, bad_request

from .entity import Entity, utf16_length

_RESERVED: Final = frozenset("_*[]()~`>#+-=|{}.!\n")
_MARKS: Final = ("__", "_", "*", "~", "||", "```", "`", "![", "[")
_NAMES: Final = {  # as tdlib prints them in "Can't find end of … entity"
    "__": "Underline",
    "_": "Italic",
    "*": "Bold",
    "~": "Strikethrough",
    "||": "Spoiler",
    "`": "Code",
    "```": "Pre",
    "[": "TextUrl",
    "![": "CustomEmoji",
    ">": "BlockQuote",
}
_KINDS: Final = {
    "__": "underline",
    "_": "italic",
    "*": "bold",
    "~": "strikethrough",
    "||": "spoiler",
    "`": "code",
    "```": "pre",
    "[": "text_link",
    "![": "custom_emoji",
    ">": "blockquote",
}
_CLOSED_BY: Final = {"[": "]", "![": "]"}
_LANGUAGE: Final = re.compile(r"([^\s`]+(?=[^`]))?(?:\r\n|\n\r|\r|\n)?")
_LARGEST_ESCAPED: Final = 126
_LINKED: Final = re.compile(r"tg://(?:user|emoji)\?id=(\d+)\Z")


@dataclass(slots=True)
class _Open:
    mark: str
    argument: str
    offset: int
    at: int
    start: int


@dataclass(slots=True)
class _Reader:
    """Parse the source in one pass; the error texts are those of tdlib's parse_markdown_v2."""

    source: str
    at: int = 0
    offset: int = 0
    text: list[str] = field(default_factory=list[str])
    open: list[_Open] = field(default_factory=list[_Open])
    entities: list[Entity] = field(default_factory=list[Entity])
    line_start: bool = True

    def read(self) -> None:
        while self.at < len(self.source):
            self._step(self.source[self.at])
        if self._quoted():
            self._end_quote()
        if self.open:
            raise self._unfinished()

    def _step(self, char: str) -> None:
        escaped = self.source[self.at + 1 : self.at + 2]
        if char == "\\" and escaped and 0 < ord(escaped) <= _LARGEST_ESCAPED:
            self._add(escaped, 2)
        elif self.open and self.open[-1].mark in {"`", "```"}:
            self._in_code(char)
        elif char not in _RESERVED:
            self._add(char, 1)
        elif char == "\n":
            self._line_end()
        elif self._closes():
            self._close(self.open.pop())
        elif char == ">" and self.line_start:
            self._quote()
        else:
            self._begin(char)

    def _add(self, char: str, consumed: int) -> None:
        self.text.append(char)
        self.offset += utf16_length(char)
        self.at += consumed
        self.line_start = char == "\n" or (char == "\r" and self.line_start)

    def _in_code(self, char: str) -> None:
        if char == "`" and self._closes():
            self._close(self.open.pop())
        elif char == "`":
            self._begin(char)
        else:
            self._add(char, 1)

    def _closes(self) -> bool:
        if not self.open or self.open[-1].mark == ">":
            return False
        mark = self.open[-1].mark
        if mark == "_" and self.source.startswith("__", self.at):
            return False
        return self.source.startswith(_CLOSED_BY.get(mark, mark), self.at)

    def _begin(self, char: str) -> None:
        mark = next((m for m in _MARKS if self.source.startswith(m, self.at)), None)
        if mark is None:
            raise self._reserved(char)
        start, argument = self.at + len(mark), ""
        if mark == "```":
            found = _LANGUAGE.match(self.source, start)
            start, argument = (found.end(), found[1] or "") if found else (start, "")
        self.open.append(_Open(mark, argument, self.offset, self.at, len(self.text)))
        self.at = start
        self.line_start = False

    def _close(self, opened: _Open) -> None:
        self.at += len(_CLOSED_BY.get(opened.mark, opened.mark))
        argument, kind = opened.argument, _KINDS[opened.mark]
        if opened.mark in _CLOSED_BY:
            argument = self._url() or "".join(self.text[opened.start :])
            linked = _LINKED.match(argument)
            if linked:
                kind, argument = ("text_mention" if kind == "text_link" else kind), linked[1]
            elif kind == "custom_emoji":
                raise bad_request("can't parse entities: Custom emoji entity must contain a tg://emoji URL")
        if self.offset > opened.offset:
            self.entities.append(Entity(kind, opened.offset, self.offset - opened.offset, argument))

    def _url(self) -> str:
        if not self.source.startswith("(", self.at):
            return ""
        match = re.compile(r"\(((?:\\[\x01-\x7e]|[^)])*)\)").match(self.source, self.at)
        if match is None:
            where = self._bytes(self.at + 1)
            raise bad_request(f"can't parse entities: Can't find end of a URL at byte offset {where}")
        self.at = match.end()
        return re.sub(r"\\([\x01-\x7e])", r"\1", match[1])

    def _quote(self) -> None:
        if not self._quoted():
            self.open.append(_Open(">", "", self.offset, self.at, len(self.text)))
        self.at += 1
        self.line_start = False

    def _line_end(self) -> None:
        """End a quotation when the next line does not continue it."""
        if self._quoted() and not self.source.startswith(">", self.at + 1):
            self._end_quote()
        self._add("\n", 1)

    def _quoted(self) -> bool:
        return any(opened.mark == ">" for opened in self.open)

    def _end_quote(self) -> None:
        """Add the quotation that ends here; an unclosed `||` just before its end makes it expandable."""
        expandable = self.open[-1].mark == "||" and self.open[-1].at == self.at - 2
        if expandable:
            self.open.pop()
        if self.open[-1].mark != ">":
            raise self._unfinished()
        opened = self.open.pop()
        if self.offset > opened.offset:
            kind = "expandable_blockquote" if expandable else "blockquote"
            self.entities.append(Entity(kind, opened.offset, self.offset - opened.offset))

    def _bytes(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _reserved(self, char: str) -> ApiError:
        reason = f"Character '{char}' is reserved and must be escaped with the preceding '\\'"
        return bad_request(f"can't parse entities: {reason}")

    def _unfinished(self) -> ApiError:
        opened = self.open[-1]
        name = "PreCode" if opened.argument else _NAMES[opened.mark]
        where = self._bytes(opened.at)
        return bad_request(f"can't parse entities: Can't find end of {name} entity at byte offset {where}")


def parse_markdown_v2(source: str) -> tuple[str, list[Entity]]:
    """Return the text without its marks, and the entities; raises ApiError "can't parse entities: …"."""
    reader = _Reader(source)
    reader.read()
    return "".join(reader.text), reader.entities
