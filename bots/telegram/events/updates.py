"""What polling and webhook have in common: which updates Telegram sends, and how they are stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

from bots.telegram.recovery.message_ids import MessageIdTracker
from core.json_reader import Json, get_int, get_object

from .addressing import BotIdentity

UPDATE_KINDS = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "stopped_message_generation",
)
"""Telegram's `allowed_updates`."""
INLINE_UPDATE_KINDS = ("inline_query", "chosen_inline_result")
"""Those of inline mode, which Telegram sends where it is on."""
GUEST_UPDATE_KINDS = ("guest_message",)
"""Those of guest mode."""
AnswerAtOnce: TypeAlias = Callable[[Json], bool]
"""Takes an update that is answered at once instead of being stored; returns whether it was one."""


def answer_nothing(_: Json) -> bool:
    """Take no update: all are stored."""
    return False


def pack_update(update: Json, bot: BotIdentity) -> bytes:
    """Encode `{"bot": {"id": ..., "username": ...}, "update": ...}`; it can be read while Telegram is unreachable."""
    stored = {"bot": {"id": bot.id, "username": bot.username}, "update": update}
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def record_message_id(update: Json, message_ids: MessageIdTracker) -> None:
    """Record the message of an update as one that exists."""
    message = get_object(update, "message")
    message_ids.record_message(get_int(get_object(message, "chat"), "id"), get_int(message, "message_id"))


def find_presser(update: Json) -> str:
    """Return the id of whoever pressed a button or put a reaction; "" for an update of another kind."""
    press = get_object(update, "callback_query")
    person = get_object(press, "from") or get_object(get_object(update, "message_reaction"), "user")
    return str(get_int(person, "id") or "")
