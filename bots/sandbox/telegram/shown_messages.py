"""What a person sees of a Telegram chat."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, cast

from bots.sandbox.screen import Control, Screen, ShownFile, ShownMessage

from .simulator import TelegramSim
from .state import Chat, Draft, Message, User
from .text.rich_text import join, mark
from .text.text_with_entities import Formatted

_ACTION_SECONDS = 5.0
"""Bot API, sendChatAction: the status is set for 5 seconds or less, and ends with a message of the bot."""
_QUOTE_LENGTH = 80
_KINDS: dict[str, Any] = {
    "photo": "picture",
    "voice": "voice",
    "audio": "audio",
    "video": "video",
    "video_note": "video",
    "document": "file",
}


def make_screen(sim: TelegramSim, chat: Chat, topic: int | None, person: User) -> Screen:
    """Return the chat, or one topic of it, as a person sees it."""
    messages = [chat.messages[key] for key in sorted(chat.messages)]
    shown = [_show_message(sim, message, person) for message in messages if message.topic == topic]
    draft = sim.shown_draft(chat.id, topic)
    growing = [_show_draft(sim, draft)] if draft is not None else []
    return Screen((*shown, *growing), _find_activity(sim, chat, topic))


def _show_message(sim: TelegramSim, message: Message, person: User) -> ShownMessage:
    author = message.sender_chat.title if message.sender_chat else message.sender.first_name
    return ShownMessage(
        id=str(message.id),
        author=author,
        by_bot=message.sender is sim.bot,
        at=float(message.date),
        text=message.text or _describe_service(message),
        entities=tuple(entity.json() for entity in message.entities),
        files=tuple(_show_files(sim, message)),
        controls=tuple(_show_rows(message)),
        quoted=_show_quote(message),
        reactions=tuple(_list_reactions(message)),
        album=message.album,
        is_edited=bool(message.edited) and message.sender is not sim.bot,
        is_own=message.sender is person,
        is_notice=message.kind == "service",
    )


def _list_reactions(message: Message) -> Iterator[str]:
    """Yield the bot's reaction and those of people."""
    if message.reaction:
        yield message.reaction
    for emoji in message.reactions.values():
        yield from emoji


def _show_draft(sim: TelegramSim, draft: Draft) -> ShownMessage:
    """Show a draft; what the bot thinks looks like a quotation."""
    reasoning = [mark(Formatted(draft.reasoning), "blockquote")] if draft.reasoning else []
    shown = join([*reasoning, *([draft.content] if draft.content.text else [])], "\n")
    return ShownMessage(
        "draft",
        sim.bot.first_name,
        by_bot=True,
        at=time.time(),
        text=shown.text,
        entities=tuple(entity.json() for entity in shown.entities),
        is_growing=True,
    )


def _show_files(sim: TelegramSim, message: Message) -> Iterator[ShownFile]:
    if message.kind in _KINDS:
        file = sim.file(message)
        yield ShownFile(file.id, _KINDS[message.kind], file.name, file.format.mime, len(file.data))


def _show_rows(message: Message) -> Iterator[tuple[Control, ...]]:
    rows = cast("list[list[dict[str, Any]]]", (message.keyboard or {}).get("inline_keyboard", []))
    for row in rows:
        yield tuple(
            Control("button", str(button["text"]), str(button["callback_data"]))
            for button in row
            if "callback_data" in button
        )


def _show_quote(message: Message) -> str:
    replied = message.reply_to
    if replied is None or replied.kind == "service":
        return ""
    return f"{replied.sender.first_name}: {message.quote or replied.text}"[:_QUOTE_LENGTH]


def _describe_service(message: Message) -> str:
    return ", ".join(name.replace("_", " ") for name in message.attachment) if message.kind == "service" else ""


def _find_activity(sim: TelegramSim, chat: Chat, topic: int | None) -> str:
    """Return the chat action that is shown now: any message of the bot's ends it, and so does time."""
    for event in reversed(sim.timeline(chat.id)):
        if event.topic == topic and event.by_bot and event.kind in {"action", "send"}:
            alive = event.kind == "action" and time.monotonic() - event.at < _ACTION_SECONDS
            return event.media.replace("_", " ") if alive else ""
    return ""
