"""Whom a message addresses: mentions of the bot and commands, taken out of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.chat.command_names import read_command
from core.chat.mentions import cut_mentions

from .fields import Json, inner, number, text

_UNREAD = frozenset({"code", "pre", "url", "email", "text_link"})
"""Entities in which Telegram looks for no mention."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot's own account (Bot API: getMe)."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Address:
    """What remains of a text, and to whom it was said."""

    text: str
    command: str = ""
    """In lower case, without slash and name."""
    mentioned: bool = False
    elsewhere: bool = False
    """A command for another bot."""


def read_address(words: str, entities: Sequence[Json], bot: Identity) -> Address:
    """Take the bot's mentions and a leading command out of `words`; entities count in UTF-16 code units."""
    spans = list(_mentions(words, entities, bot))
    words = cut_mentions(words, spans)
    typed = read_command(words)
    if typed is None or typed.sign != "/":
        return Address(words, mentioned=bool(spans))
    elsewhere = bool(typed.bot) and typed.bot.lower() != bot.username.lower()
    return Address(typed.argument, typed.name, bool(spans or typed.bot), elsewhere)


def _mentions(words: str, entities: Sequence[Json], bot: Identity) -> Iterator[tuple[int, int]]:
    name = f"@{bot.username}".lower()
    unread: list[tuple[int, int]] = []
    for entity in entities:
        start, end = _place(words, entity)
        kind = text(entity, "type")
        if (kind == "mention" and words[start:end].lower() == name) or (
            kind == "text_mention" and start < end and number(inner(entity, "user"), "id") == bot.id
        ):
            yield start, end
        elif kind in _UNREAD:
            unread.append((start, end))
    # Captions and pasted texts may come without the entity, so the name counts wherever Telegram would look for it. Not
    # behind a slash: `/command@name` is no mention.
    for found in re.finditer(rf"(?<![\w/@]){re.escape(name)}(?!\w)", words, re.IGNORECASE):
        if not any(start <= found.start() < end for start, end in unread):
            yield found.span()


def _place(words: str, entity: Json) -> tuple[int, int]:
    """Where an entity is, in characters."""
    units = words.encode("utf-16-le")
    start = max(0, number(entity, "offset"))
    end = start + max(0, number(entity, "length"))
    before, inside = units[: start * 2], units[start * 2 : end * 2]
    first = len(before.decode("utf-16-le", "ignore"))
    return first, first + len(inside.decode("utf-16-le", "ignore"))
