"""Whom a message addresses: mentions of the bot and commands, taken out of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.json_fields import Json, get_int, get_object, get_text
from core.chat.text.bot_mention import cut_mentions
from core.chat.text.typed_commands import read_command

from .entities import Span, get_span
from .message_text import MessageBody

_UNREAD = frozenset({"code", "pre", "url", "email", "text_link"})
"""Entities in which Telegram looks for no mention."""
_LETTER = r"[^\W\u0590-\U0010ffff]"
"""A letter, digit or underscore of a script that sets words apart."""
_NAME = "\0"
"""Stands for the bot's name while a text is rendered; no text of Telegram's has it."""


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """The bot's own account (Bot API: getMe)."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class AddressedText:
    """What remains of a text, and to whom it was said."""

    text: str
    command: str = ""
    """In lower case, without slash and name."""
    mentioned: bool = False
    for_other_bot: bool = False
    """A command for another bot."""


def parse_addressed_text(body: MessageBody, bot: BotIdentity, *, commands: bool = True) -> AddressedText:
    """Take the bot's mentions and, with `commands`, a leading command out of a body; give the rest as Markdown.

    What stands behind a command is plain but for links, quotes and blocks of code: people copy its words from code.
    """
    spans = list(_mentions(body.text, body.entities, bot))
    is_command = commands and read_command(cut_mentions(body.text, spans)) is not None
    shown = body.to_markdown([(span, _NAME) for span in spans], marks=not is_command)
    names = [(at, at + 1) for at, character in enumerate(shown) if character == _NAME]
    words = cut_mentions(shown, names).replace(_NAME, f"@{bot.username}")
    typed = read_command(words) if is_command else None
    if typed is None or typed.sign != "/":
        return AddressedText(words, mentioned=bool(spans))
    elsewhere = bool(typed.bot) and typed.bot.lower() != bot.username.lower()
    return AddressedText(typed.argument, typed.name, bool(spans or typed.bot), elsewhere)


def _mentions(words: str, entities: Sequence[Json], bot: BotIdentity) -> Iterator[Span]:
    name = f"@{bot.username}".lower()
    unread: list[Span] = []
    for entity in entities:
        start, end = get_span(words, entity)
        kind = get_text(entity, "type")
        if (kind == "mention" and words[start:end].lower() == name) or (
            kind == "text_mention" and start < end and get_int(get_object(entity, "user"), "id") == bot.id
        ):
            yield start, end
        elif kind in _UNREAD:
            unread.append((start, end))
    # Captions and pasted texts may come without the entity, so the name counts wherever Telegram would look for it. Not
    # behind a slash: `/command@name` is no mention. Unlike Telegram's, it also counts in scripts without blanks.
    for found in re.finditer(rf"(?<![/@])(?<!{_LETTER}){re.escape(name)}(?!{_LETTER})", words, re.IGNORECASE):
        if not any(start <= found.start() < end for start, end in unread):
            yield found.span()
