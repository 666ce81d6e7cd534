"""How often a chat may be called: Telegram's flood limits, with something left for clocks that disagree.

Telegram: Bots FAQ, "My bot is hitting limits": one message a second in a chat, 20 a minute in a group, 30 a second in
all. Edits and deletions count like messages. All topics of a chat share its limits. That an album counts as so many
messages as it has pictures is a guess, and the safe one.
"""

from __future__ import annotations

from typing import Protocol

from core.redis import RateLimit

BOT_LIMIT = RateLimit("bot", 28, 1.0)
STEP_RESERVE = 4
"""Calls that cosmetic edits leave to last words, new messages and commands."""
START_RESERVE = 2
"""Calls that the first words of an answer leave to last words."""
TYPING_RESERVE = 7
MENU_RESERVE = 8
"""Calls that turning the pages of a menu leaves to answers: to begin one, to let it grow and to end it."""

BUTTONS_RESERVE = 8
"""The same for taking away the buttons of older answers."""


class RateLimiterPort(Protocol):
    """What an outbox needs of the shared budget (`core.redis.RateLimiter`)."""

    async def acquire(self, *limits: RateLimit, keep: int = 0) -> float:
        """Count a call against every limit and return 0.0, or count nothing and return the seconds to wait."""
        ...

    async def pause(self, name: str, seconds: float) -> None:
        """Grant nothing under `name` for so many seconds."""
        ...


def get_message_limits(chat_id: int) -> tuple[RateLimit, ...]:
    """What a message, an edit or a deletion counts against.

    A second and a tenth, since calls may reach Telegram a little closer to each other than they were granted: four in
    a row by a third of a second, which a busy machine does lose.
    """
    return (*_minute(chat_id), RateLimit(f"message:{chat_id}", 1, 1.1), BOT_LIMIT)


def get_album_limits(chat_id: int, count: int) -> tuple[RateLimit, ...]:
    """What an album of so many pictures counts against, all at once; it is one call.

    Who takes this keeps `count - 1`, for a limit that is named several times must have room for each.
    """
    return get_message_limits(chat_id) + (*_minute(chat_id), BOT_LIMIT) * (count - 1)


def get_typing_limits(chat_id: int) -> tuple[RateLimit, ...]:
    """What a chat action counts against; it is shown for 5 seconds (Bot API: sendChatAction)."""
    return (*_minute(chat_id), RateLimit(f"typing:{chat_id}", 1, 4.0), BOT_LIMIT)


def get_chat_limit_names(chat_id: int) -> tuple[str, ...]:
    """The names of all limits of one chat."""
    names = {limit.name for limit in (*get_message_limits(chat_id), *get_typing_limits(chat_id))}
    return tuple(sorted(names - {BOT_LIMIT.name}))


def _minute(chat_id: int) -> tuple[RateLimit, ...]:
    # The ids of groups are negative (Bot API: Chat.id).
    return (RateLimit(f"minute:{chat_id}", 19, 60.0),) if chat_id < 0 else ()
