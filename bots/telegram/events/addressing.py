"""Finding whom a message addresses: removes mentions of the bot and commands from the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.chat.text.bot_mention import remove_mentions
from core.chat.text.typed_commands import parse_typed_command
from core.json_reader import Json, get_int, get_object, get_text

from .entities_to_markdown import Span, get_span
from .message_body import MessageBody

PLATFORM = "tg"
"""The first part of all chat references."""
_ENTITIES_WITHOUT_MENTIONS = frozenset({"code", "pre", "url", "email", "text_link"})
"""Entities in which Telegram finds no mentions."""
_WORD_CHARACTER = r"[^\W\u0590-\U0010ffff]"
"""A letter, digit or underscore of a script that separates words."""
_USERNAME = re.compile(rf"(?<![/@])(?<!{_WORD_CHARACTER})@[A-Za-z0-9_]+(?!{_WORD_CHARACTER})")
"""A mention of anybody; none after a slash (`/command@name`). Other than for Telegram, it may touch a word of a script
that does not separate them."""
_MENTION_PLACEHOLDER = "\0"
"""Marks the mentions of the bot while a text is rendered; it is in no text from Telegram."""


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """The bot's own account (Bot API: getMe)."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class AddressedText:
    """The rest of a text, and whom it addresses."""

    text: str
    command: str = ""
    """In lower case, without the slash and the name of the bot."""
    mentioned: bool = False
    for_other_bot: bool = False
    """It is a command for another bot."""


def parse_addressed_text(body: MessageBody, bot: BotIdentity, *, commands: bool = True) -> AddressedText:
    """Remove mentions of the bot and, with `commands`, a leading command; return the rest as Markdown.

    The argument of a command keeps only links, quotes and code blocks, since people copy commands from inline code.
    """
    spans = list(_find_mentions(body.text, body.entities, bot))
    is_command = commands and parse_typed_command(remove_mentions(body.text, spans)) is not None
    markdown = body.to_markdown([(span, _MENTION_PLACEHOLDER) for span in spans], marks=not is_command)
    placeholders = [(at, at + 1) for at, character in enumerate(markdown) if character == _MENTION_PLACEHOLDER]
    content = remove_mentions(markdown, placeholders).replace(_MENTION_PLACEHOLDER, f"@{bot.username}")
    typed = parse_typed_command(content) if is_command else None
    if typed is None or typed.sign != "/":
        return AddressedText(content, mentioned=bool(spans))
    elsewhere = bool(typed.bot) and typed.bot.lower() != bot.username.lower()
    return AddressedText(typed.argument, typed.name, bool(spans or typed.bot), elsewhere)


def _find_mentions(content: str, entities: Sequence[Json], bot: BotIdentity) -> Iterator[Span]:
    name = f"@{bot.username}".lower()
    excluded: list[Span] = []
    for entity in entities:
        start, end = get_span(content, entity)
        kind = get_text(entity, "type")
        if (kind == "mention" and content[start:end].lower() == name) or (
            kind == "text_mention" and start < end and get_int(get_object(entity, "user"), "id") == bot.id
        ):
            yield start, end
        elif kind in _ENTITIES_WITHOUT_MENTIONS:
            excluded.append((start, end))
    # Captions and pasted texts may lack the entity, so the name counts wherever Telegram would find it.
    for match in _USERNAME.finditer(content):
        if match[0].lower() == name and not any(start <= match.start() < end for start, end in excluded):
            yield match.span()
