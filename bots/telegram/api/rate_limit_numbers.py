"""Telegram's rate limits, with a margin for differing clocks.

Telegram: Bots FAQ, "My bot is hitting limits": one message a second in a chat, 20 a minute in a group, 30 a second in
all. Edits and deletions count like messages. All topics of a chat share its limits. That an album counts as one
message for each picture is a safe assumption.
"""

from __future__ import annotations

from dataclasses import replace

from core.redis import RateLimit

from .call_priorities import Priority

_MINUTE = "minute:"
BOT_LIMIT = RateLimit("bot", 26, 1.0)
MAX_ARRIVALS = 30
"""Calls of this process that may reach Telegram within a second, whatever holds them up on the way."""
STEP_SPACING = 0.035
"""Least seconds between two steps: what is granted in bursts arrives in larger ones, and finals wait for their end."""
PRESS_LIMIT = replace(BOT_LIMIT, fair=True, reserve=8)
"""The same calls, as answers to presses count: they leave some for messages, and a person's presses leave as many to
those of others."""
LOOKUP_LIMIT = replace(BOT_LIMIT, fair=True)
"""The same calls, as look-ups count: those for one chat leave as many to other chats."""
REACTION_LIMIT = RateLimit("reactions", 20, 1.0)
"""A reaction is no message; how often a bot may set one is not documented."""
PREVIEW_LIMIT = RateLimit("preview", 200, 1.0)
"""Drafts of this process: Telegram has no limit for all of them, but each takes a millisecond of a processor."""
_RESERVES = {Priority.START: 1, Priority.STEP: 2, Priority.TYPING: 7, Priority.BUTTONS: 8}
"""Calls of the whole bot that each priority leaves to the finals of other processes; `CallOrder` knows of its own."""
_CHAT_RESERVES = {Priority.TAP: 8, Priority.START: 2, Priority.STEP: 4, Priority.TYPING: 7, Priority.BUTTONS: 8}
"""Calls of a group's minute that each priority leaves for last states. Replies to a tap show menus: people may turn
their pages without end."""


def get_message_limits(chat_id: int, priority: Priority = Priority.FINAL) -> tuple[RateLimit, ...]:
    """Return the limits that a message, an edit or a deletion counts against.

    Telegram bears short bursts above one message a second. One call of such a burst is kept by further steps: for the
    end of an answer, which comes at any time after a step. Steps never arrive closer to each other than they are
    granted, since each waits for the answer to the one before.
    """
    chat = RateLimit(f"message:{chat_id}", 2, 1.0, is_bucket=True, reserve=int(priority >= Priority.STEP))
    return (*_get_minute_limits(chat_id, priority), chat, get_bot_limit(priority))


def get_album_limits(chat_id: int, count: int, priority: Priority = Priority.FINAL) -> tuple[RateLimit, ...]:
    """Return the limits that an album of `count` pictures counts against; it is one call.

    Ask for them with `reserve` raised by `count - 1`: a limit that is listed several times must have room for each.
    """
    others = (*_get_minute_limits(chat_id, priority), get_bot_limit(priority))
    return get_message_limits(chat_id, priority) + others * (count - 1)


def get_typing_limits(chat_id: int) -> tuple[RateLimit, ...]:
    """Return the limits that a chat action counts against; it is shown for 5 seconds (Bot API: sendChatAction)."""
    minute = _get_minute_limits(chat_id, Priority.TYPING)
    drafts = get_draft_limits(chat_id) if chat_id > 0 else ()
    return (*minute, *drafts, RateLimit(f"typing:{chat_id}", 1, 4.0), get_bot_limit(Priority.TYPING))


def get_draft_limits(chat_id: int) -> tuple[RateLimit, ...]:
    """Return the limits that a draft in a private chat counts against, which chat actions share.

    Telegram takes 20 in 5 seconds and 40 in 30 seconds (https://core.telegram.org/api/bots/ai). A bucket of 20 that
    regains one each 1.52 seconds grants 39 in 30; an answer that sends one each 0.27 seconds, which keeps within the
    other limit, is done with it after 6.6 seconds.
    """
    return (RateLimit(f"drafts:{chat_id}", 19, 5.1), RateLimit(f"draft:{chat_id}", 20, 1.52, is_bucket=True))


def leave_room(limits: tuple[RateLimit, ...], answers: int) -> tuple[RateLimit, ...]:
    """Return `limits` with so many more calls of a group's minute in reserve."""
    return tuple(
        replace(limit, reserve=limit.reserve + answers) if limit.name.startswith(_MINUTE) else limit for limit in limits
    )


def get_bot_limit(priority: Priority) -> RateLimit:
    """Return the limit of the whole bot."""
    return replace(BOT_LIMIT, reserve=_RESERVES.get(priority, 0))


def get_chat_limit_names(chat_id: int) -> tuple[str, ...]:
    """Return the names of all limits of one chat."""
    names = {limit.name for limit in (*get_message_limits(chat_id), *get_typing_limits(chat_id))}
    return tuple(sorted(names - {BOT_LIMIT.name}))


def _get_minute_limits(chat_id: int, priority: Priority) -> tuple[RateLimit, ...]:
    # The ids of groups are negative (Bot API: Chat.id).
    reserve = _CHAT_RESERVES.get(priority, 0)
    return (RateLimit(f"{_MINUTE}{chat_id}", 19, 60.0, reserve=reserve),) if chat_id < 0 else ()
