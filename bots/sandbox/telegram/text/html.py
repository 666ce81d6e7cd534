"""The HTML parse mode."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from bots.sandbox.telegram.errors import ApiError, bad_request

from .entity import Entity, utf16_length

_KINDS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE: Final = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?")
_TAG_NAME: Final = re.compile(r"[^\s>]*")
_ATTRIBUTE: Final = re.compile(r"\s*([^\s=>/\"']+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[A-Za-z0-9.-]+))?")
_CHARACTERS: Final = range(1, 0x10FFFF)
_SURROGATES: Final = range(0xD800, 0xE000)
_USER_LINK: Final = re.compile(r"tg://user\?id=(\d+)\Z")


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    start: int


@dataclass(slots=True)
class _Reader:
    """Parse the source in one pass; the error texts are those of tdlib's parse_html."""

    source: str
    text: list[str] = field(default_factory=list[str])
    offset: int = 0
    open: list[_Open] = field(default_factory=list[_Open])
    entities: list[Entity] = field(default_factory=list[Entity])

    def add(self, piece: str) -> None:
        self.text.append(piece)
        self.offset += utf16_length(piece)

    def error(self, reason: str, at: int) -> ApiError:
        return bad_request(f"can't parse entities: {reason} at byte offset {len(self.source[:at].encode())}")

    def start_tag(self, at: int) -> int:
        """Read a start tag; return the position after it."""
        name = _TAG_NAME.match(self.source, at + 1)
        end = name.end() if name else at
        if end == len(self.source):
            raise self.error("Unclosed start tag", at)
        tag = self.source[at + 1 : end].lower()
        if tag not in _KINDS:
            raise self.error(f'Unsupported start tag "{tag}"', at)
        attributes, end = self._attributes(tag, at, end)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self.error('Tag "span" must have class "tg-spoiler"', at)
        self.open.append(_Open(tag, _argument(tag, attributes), self.offset, len(self.text)))
        return end

    def _attributes(self, tag: str, at: int, end: int) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        while self.source[end : end + 1] != ">":
            if not self.source[end:].strip():
                raise self.error("Unclosed start tag", at)
            space = len(self.source[end:]) - len(self.source[end:].lstrip())
            if self.source[end + space] == ">":
                end += space
                break
            match = _ATTRIBUTE.match(self.source, end)
            if match is None:
                raise self.error(f'Empty attribute name in the tag "{tag}"', at)
            found[match[1]] = _decoded((match[2] or "").strip("\"'"))
            end = match.end()
        return found, end + 1

    def end_tag(self, at: int) -> int:
        """Read an end tag and add its entity; return the position after it."""
        if not self.open:
            raise self.error("Unexpected end tag", at)
        close = self.source.find(">", at)
        if close < 0:
            raise self.error("Unclosed end tag", at)
        name = self.source[at + 2 : close].strip().lower()
        opened = self.open.pop()
        if name and name != opened.tag:
            reason = f'Unmatched end tag at byte offset {len(self.source[:at].encode())}, expected "</{opened.tag}>"'
            raise bad_request(f'can\'t parse entities: {reason}, found "</{name}>"')
        if self.offset > opened.offset:
            self._close(opened)
        return close + 1

    def _close(self, opened: _Open) -> None:
        argument = opened.argument or ("".join(self.text[opened.start :]) if opened.tag == "a" else "")
        entity = Entity(_KINDS[opened.tag], opened.offset, self.offset - opened.offset, argument)
        user = _USER_LINK.match(argument)
        if entity.type == "text_link" and user:
            entity = replace(entity, type="text_mention", argument=user[1])
        if entity.type == "blockquote" and argument:
            entity = replace(entity, type="expandable_blockquote", argument="")
        inner = self.entities[-1] if self.entities else None
        if entity.type == "pre" and inner == replace(entity, type="code", argument=inner.argument if inner else ""):
            self.entities.pop()
            entity = replace(entity, argument=inner.argument if inner else "")
        self.entities.append(entity)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the text without its tags, and the entities; raises ApiError "can't parse entities: …"."""
    reader, at = _Reader(source), 0
    while at < len(source):
        if source[at] == "<":
            at = reader.end_tag(at) if source[at + 1 : at + 2] == "/" else reader.start_tag(at)
            continue
        piece = _REFERENCE.match(source, at) if source[at] == "&" else None
        reader.add(_referred(piece) if piece else source[at])
        at = piece.end() if piece else at + 1
    if reader.open:
        tag = reader.open[-1].tag
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\"")
    plain_code = [replace(e, argument="") if e.type == "code" else e for e in reader.entities]
    return "".join(reader.text), plain_code


def _argument(tag: str, attributes: dict[str, str]) -> str:
    if tag == "code":
        language = attributes.get("class", "")
        return language.removeprefix("language-") if language.startswith("language-") else ""
    if tag == "blockquote":
        return "expandable" if "expandable" in attributes else ""
    return attributes.get({"a": "href", "tg-emoji": "emoji-id"}.get(tag, ""), "")


def _decoded(value: str) -> str:
    return _REFERENCE.sub(_referred, value)


def _referred(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1], 16) if match[1] else int(match[2])
    valid = code in _CHARACTERS and code not in _SURROGATES
    return chr(code) if valid else match[0]
