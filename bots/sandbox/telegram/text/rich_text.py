"""Rich text of the Bot API, read as a text with entities (https://core.telegram.org/bots/api#richtext)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from bots.sandbox.telegram.errors import DepartureError, bad_request

from .entity import Entity, utf16_length
from .text_link_faults import fault_of_link
from .text_with_entities import Formatted, clean

MAX_LEVELS: Final = 16
"""Of blocks and formatting within each other."""
_STYLES: Final = ("bold", "italic", "underline", "strikethrough", "spoiler", "code")
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(_STYLES, ("type", "text")),
    "url": ("type", "text", "url"),
    "custom_emoji": ("type", "custom_emoji_id", "alternative_text"),
}
"""The fields of each type that the simulator reads; all of them are required."""


def read_rich_text(node: object, level: int = 1) -> Formatted:
    """Return what *node*, at this level of nesting, shows; raises ApiError."""
    if isinstance(node, str):
        return Formatted(_read_string(node))
    if isinstance(node, list):
        return join([read_rich_text(part, level) for part in cast("list[object]", node)])
    if not isinstance(node, dict):
        raise bad_request("invalid rich text specified")
    if level > MAX_LEVELS:
        raise bad_request("RICH_MESSAGE_DEPTH_INVALID")
    return _read_object(cast("dict[str, Any]", node), level)


def _read_string(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    return clean(text)


def _read_object(node: Mapping[str, Any], level: int) -> Formatted:
    kind = node.get("type")
    if kind not in _FIELDS:
        raise DepartureError(f"rich text of type {kind!r} is not supported by the simulator")
    if sorted(node) != sorted(_FIELDS[kind]):
        raise DepartureError(f"rich text of type {kind!r} has the fields {sorted(node)}")
    if kind == "custom_emoji":
        return mark(read_rich_text(node["alternative_text"], level), kind, node["custom_emoji_id"])
    content = read_rich_text(node["text"], level + 1)
    if kind != "url":
        return mark(content, kind)
    if fault_of_link(node["url"]):
        raise bad_request("RICH_MESSAGE_URL_INVALID")
    return mark(content, "text_link", node["url"])


def mark(content: Formatted, kind: str, argument: str = "") -> Formatted:
    """Return *content* with an entity around all of it."""
    return Formatted(content.text, (Entity(kind, 0, utf16_length(content.text), argument), *content.entities))


def join(parts: Sequence[Formatted], between: str = "") -> Formatted:
    """Return *parts* one after the other."""
    entities: list[Entity] = []
    offset = 0
    for part in parts:
        entities += [replace(entity, offset=entity.offset + offset) for entity in part.entities]
        offset += utf16_length(part.text + between)
    return Formatted(between.join(part.text for part in parts), tuple(entities))
