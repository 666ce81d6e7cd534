"""The reaction on a message that waits for its answer."""

from __future__ import annotations

from telegram import ReactionTypeEmoji

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.rate_limited_chat import RateLimitedChat

_REACTION = ReactionTypeEmoji("👀")


async def set_waiting_mark(api: TelegramApi, chat_calls: RateLimitedChat, message_id: int, *, waiting: bool) -> None:
    """See `Outbox.mark_as_waiting`; a group may allow no reactions, or not this one (Bot API: setMessageReaction)."""
    shown = [_REACTION] if waiting else []
    await chat_calls.call_as_reaction(lambda chat: api.set_message_reaction(chat, message_id, reaction=shown))
