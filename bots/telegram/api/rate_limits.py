"""Telegram's rate limits, with a margin for differing clocks.

Telegram: Bots FAQ, "My bot is hitting limits": one message a second in a chat, 20 a minute in a group, 30 a second in
all. Edits and deletions count like messages. All topics of a chat share its limits. That an album counts as one
message for each picture is a safe assumption.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from core.redis import RateLimit

BOT_LIMIT = RateLimit("bot", 28, 1.0)
PRESS_LIMIT = replace(BOT_LIMIT, fair=True)
"""The same calls, as answers to presses count: a person's presses leave as many to those of others."""
PRESS_RESERVE = 8
"""Calls that answers to presses leave for messages."""
STEP_RESERVE = 4
"""Calls that intermediate edits leave for final edits, new messages and commands."""
START_RESERVE = 2
"""Calls that the first step of an answer leaves for final edits."""
TYPING_RESERVE = 7
"""The same for chat actions."""
MENU_RESERVE = 8
"""Calls that turning the pages of a menu leaves for answers: for their first, intermediate and final steps."""
BUTTONS_RESERVE = 8
"""The same for removing the buttons of older answers."""


class RateLimiterPort(Protocol):
    """What an outbox needs of the shared rate limiter (`core.redis.RateLimiter`)."""

    async def acquire(self, *limits: RateLimit, reserve: int = 0, person: str = "") -> float:
        """Count a call against every limit and return 0.0, or return the seconds to wait and count nothing."""
        ...

    async def pause(self, name: str, seconds: float) -> None:
        """Grant no call under `name` for `seconds`."""
        ...


def get_message_limits(chat_id: int) -> tuple[RateLimit, ...]:
    """Return the limits that a message, an edit or a deletion counts against.

    Telegram bears short bursts above one message a second. One call of such a burst is used, by what does not leave it
    in reserve: the end of an answer, which comes at any time after a step. The interval is 1.1 s, since calls may reach
    Telegram closer to each other than they were granted: four in a row by a third of a second on a busy machine.
    """
    return (*_get_minute_limits(chat_id), RateLimit(f"message:{chat_id}", 2, 1.1, is_bucket=True), BOT_LIMIT)


def get_album_limits(chat_id: int, count: int) -> tuple[RateLimit, ...]:
    """Return the limits that an album of `count` pictures counts against; it is one call.

    Acquire them with `reserve` raised by `count - 1`: a limit that is listed several times must have room for each.
    """
    return get_message_limits(chat_id) + (*_get_minute_limits(chat_id), BOT_LIMIT) * (count - 1)


def get_typing_limits(chat_id: int) -> tuple[RateLimit, ...]:
    """Return the limits that a chat action counts against; it is shown for 5 seconds (Bot API: sendChatAction)."""
    return (*_get_minute_limits(chat_id), RateLimit(f"typing:{chat_id}", 1, 4.0), BOT_LIMIT)


def get_chat_limit_names(chat_id: int) -> tuple[str, ...]:
    """Return the names of all limits of one chat."""
    names = {limit.name for limit in (*get_message_limits(chat_id), *get_typing_limits(chat_id))}
    return tuple(sorted(names - {BOT_LIMIT.name}))


def _get_minute_limits(chat_id: int) -> tuple[RateLimit, ...]:
    # The ids of groups are negative (Bot API: Chat.id).
    return (RateLimit(f"minute:{chat_id}", 19, 60.0),) if chat_id < 0 else ()
