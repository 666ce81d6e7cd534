"""The legacy Markdown parse mode, which the Bot API keeps for old bots."""

import re
from typing import Final

from bots.sandbox.telegram.errors import bad_request

from .entity import Entity, utf16_length

_KINDS: Final = {"_": "italic", "*": "bold", "`": "code", "[": "text_link"}
_LANGUAGE: Final = re.compile(r"([^\s`]+)?(?:\r\n|\n\r|\r|\n)?")


def parse_markdown(source: str) -> tuple[str, list[Entity]]:
    """Return the text without its marks, and the entities; raises ApiError when an entity does not end."""
    text, entities, at = "", list[Entity](), 0
    while at < len(source):
        char = source[at]
        if char == "\\" and source[at + 1 : at + 2] in {"_", "*", "`", "["}:
            text, at = text + source[at + 1], at + 2
        elif char not in _KINDS:
            text, at = text + char, at + 1
        else:
            inner, kind, argument, at = _entity(source, at)
            if inner:
                entities.append(Entity(kind, utf16_length(text), utf16_length(inner), argument))
            text += inner
    return text, entities


def _entity(source: str, at: int) -> tuple[str, str, str, int]:
    """Return the inner text, the kind, its argument and the position after it."""
    mark = "```" if source.startswith("```", at) else source[at]
    start = at + len(mark)
    language = ""
    if mark == "```":
        found = _LANGUAGE.match(source, start)
        start, language = (found.end(), found[1] or "") if found else (start, "")
    end = source.find("]" if mark == "[" else mark, start)
    if end < 0:
        where = len(source[:at].encode())
        raise bad_request(f"can't parse entities: Can't find end of the entity starting at byte offset {where}")
    inner, after = source[start:end], end + len(mark)
    if mark == "[":
        url, after = _url(source, after)
        return inner, "text_link", url or inner, after
    return inner, "pre" if mark == "```" else _KINDS[mark], language, after


def _url(source: str, at: int) -> tuple[str, int]:
    if source[at : at + 1] != "(":
        return "", at
    end = source.find(")", at)
    end = len(source) if end < 0 else end
    return source[at + 1 : end], end + 1
