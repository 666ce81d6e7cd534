"""Text with entities, normalised to the form that the server stores."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bots.sandbox.telegram.errors import bad_request

from .detect_links_and_mentions import detect
from .entity import Entity, utf16_length
from .html import parse_html
from .legacy_markdown import parse_markdown
from .markdown import parse_markdown_v2
from .text_link_faults import fault_of_link

MESSAGE_LENGTH: Final = 4096
CAPTION_LENGTH: Final = 1024
_MOST_ENTITIES: Final = 100
_LARGEST_OFFSET: Final = 1_000_000
_FOUND_BY_SERVER: Final = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
_MONOSPACE: Final = frozenset({"code", "pre"})
_SPLITTABLE: Final = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_QUOTES: Final = frozenset({"blockquote", "expandable_blockquote"})
_USUAL: Final = _SPLITTABLE | _MONOSPACE | _QUOTES | {"date_time"}
_ARGUMENTS: Final[Mapping[str, str]] = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "pre": "language",
}
_TO_SPACE: Final = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_INVISIBLE: Final = re.compile("[\\s\xa0\u200b-\u200f\u2800\ufeff]*")
_DROPPED: Final = re.compile("[\\r\u2028-\u202e\u0333\u033f\u030a]")


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, whose offsets and lengths count UTF-16 code units."""

    text: str = ""
    entities: tuple[Entity, ...] = ()


def marked_up(text: str, parse_mode: str, entities: Sequence[Mapping[str, Any]] | None) -> Formatted:
    """Read the markup or the explicit entities; raises ApiError for a mode or markup that the server refuses.

    `parse_mode` wins over explicit entities (https://core.telegram.org/bots/api#formatting-options).
    """
    parsers = {"html": parse_html, "markdownv2": parse_markdown_v2, "markdown": parse_markdown}
    if parse_mode:
        if parse_mode.lower() not in parsers:
            raise bad_request("unsupported parse_mode")
        parsed, found = parsers[parse_mode.lower()](text)
        linked = [e for e in found if e.type != "text_link" or not fault_of_link(e.argument)]
        return Formatted(parsed, tuple(linked))
    given = [_entity(each) for each in entities or () if each.get("type") not in _FOUND_BY_SERVER]
    return Formatted(text, tuple(given))


def stored(draft: Formatted) -> Formatted:
    """Return the text that the server stores for *draft*: checked, without control characters, trimmed, with links.

    Raises ApiError for entities that lie outside the text or cut a character, and for an invalid link.
    """
    for entity in draft.entities:
        if entity.type == "text_link" and (fault := fault_of_link(entity.argument)):
            raise bad_request(f"entity URL '{entity.argument}' is invalid: {fault}")
    fitting = _checked(draft.text, [e for e in draft.entities if e.length != 0])
    cleaned, moved = _cleaned(draft.text, fitting)
    trimmed, kept = _trimmed(cleaned, moved)
    own = _limited(_without_overlaps(sorted(kept, key=lambda e: (e.offset, -e.length))))
    found = [e for e in detect(trimmed) if not any(_meet(e, o) and o.type not in _SPLITTABLE for o in own)]
    return Formatted(trimmed, tuple(sorted((*own, *found), key=lambda e: (e.offset, -e.length))))


def clean(text: str) -> str:
    """Return a text as the server cleans it: control characters become spaces, some others are dropped."""
    return _DROPPED.sub("", _TO_SPACE.sub(" ", text))


def is_invisible(text: str) -> bool:
    """Return whether the server considers a text empty (TDLib's misc.cpp; U+2060 is not among these characters)."""
    return _INVISIBLE.fullmatch(text) is not None


def _entity(given: Mapping[str, Any]) -> Entity:
    kind = str(given["type"])
    if kind not in _USUAL and kind not in _ARGUMENTS:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    argument: Any = given.get(_ARGUMENTS.get(kind, ""), "")
    if kind == "text_mention":
        argument = argument["id"]
    return Entity(kind, given["offset"], given["length"], str(argument))


def _checked(text: str, entities: Sequence[Entity]) -> list[Entity]:
    """Refuse entities that do not fit the text; the error texts are those of tdlib's MessageEntity.cpp."""
    starts = _utf16_starts(text)
    end = utf16_length(text)
    for entity in sorted(entities, key=lambda e: (e.offset, -e.length)):
        last = entity.offset + entity.length
        if not 0 <= entity.offset <= _LARGEST_OFFSET:
            raise bad_request(f"receive an entity with incorrect offset {entity.offset}")
        if not 0 <= entity.length <= _LARGEST_OFFSET:
            raise bad_request(f"receive an entity with incorrect length {entity.length}")
        if entity.offset > end:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {entity.offset}")
        if entity.offset not in starts:
            at = starts[entity.offset + 1]
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {at}")
        where = f"entity beginning at UTF-16 offset {entity.offset} ends"
        if last > end:
            raise bad_request(f"{where} after the end of the text at UTF-16 offset {last}")
        if last not in starts:
            raise bad_request(f"{where} in a middle of a UTF-16 symbol at byte offset {starts[last + 1]}")
    return list(entities)


def _utf16_starts(text: str) -> dict[int, int]:
    """Map the UTF-16 offset at which each character begins, and the end, to its offset in UTF-8 bytes."""
    starts, utf16, utf8 = {0: 0}, 0, 0
    for char in text:
        utf16 += utf16_length(char)
        utf8 += len(char.encode())
        starts[utf16] = utf8
    return starts


def _cleaned(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Replace control characters with spaces, drop those that the server drops, and move the entities along."""
    dropped = [utf16_length(text[: match.start()]) for match in _DROPPED.finditer(text)]

    def moved(offset: int) -> int:
        return offset - sum(1 for at in dropped if at < offset)

    return clean(text), [_between(e, moved(e.offset), moved(e.offset + e.length)) for e in entities]


def _trimmed(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Remove white space: all of it at the end, at the start only what precedes the first entity."""
    short = text.rstrip(" \n")
    first = min((e.offset for e in entities), default=len(short))
    start = min(len(short) - len(short.lstrip(" \n")), first)
    end = utf16_length(short)
    kept = [_between(e, e.offset, min(e.offset + e.length, end)) for e in entities if e.offset < end]
    return short[start:], [replace(e, offset=e.offset - start) for e in kept]


def _between(entity: Entity, start: int, end: int) -> Entity:
    return replace(entity, offset=start, length=end - start)


def _without_overlaps(entities: Sequence[Entity]) -> list[Entity]:
    """Drop entities inside code, where nothing can be nested, quotes within quotes, and empty entities.

    https://core.telegram.org/bots/api#formatting-options.
    """
    code = [e for e in entities if e.type in _MONOSPACE]
    apart = [e for e in entities if e.length > 0 and not any(c is not e and _inside(e, c) for c in code)]
    quotes = [e for e in apart if e.type in _QUOTES]
    return [e for e in apart if e not in quotes or not any(map(e.meets, quotes[: quotes.index(e)]))]


def _limited(entities: Sequence[Entity]) -> list[Entity]:
    """Keep the first 100 entities; bold and the like are dropped first, as tdlib's get_input_message_entities does."""
    ranked = sorted(entities, key=lambda e: e.type in _SPLITTABLE)[:_MOST_ENTITIES]
    return [e for e in entities if e in ranked]


def _inside(entity: Entity, other: Entity) -> bool:
    fits = other.offset <= entity.offset and entity.offset + entity.length <= other.offset + other.length
    return fits and (entity.length < other.length or entity.type in _SPLITTABLE)


def _meet(one: Entity, other: Entity) -> bool:
    return one.meets(other) and other.type not in _QUOTES
