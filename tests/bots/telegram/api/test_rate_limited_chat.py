"""What calls to a chat leave to others, with the shared rate limiter."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bots.telegram.api.call_budget import CallBudget
from bots.telegram.api.call_order import Priority
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from core.chat.port.errors import RateLimitedError
from core.redis import RateLimiter

_GROUP, _PERSON = -1001, 1001
_OTHERS = 8
"""Messages that the group has had in the minute."""


async def _answer(_: int) -> str:
    return "shown"


async def _open(redis: Redis, chat_id: int, *, waiting: int) -> RateLimitedChat:
    """Open a chat that has had some messages, in which so many answers wait."""
    limiter = RateLimiter(redis, "tg:1")
    for number in range(_OTHERS):
        await RateLimitedChat(CallBudget(limiter), chat_id - number * (chat_id > 0)).call_as_typing(_answer)
        await redis.delete(f"{{b:tg:1}}:typing:{chat_id}:4")
    chat = RateLimitedChat(CallBudget(limiter), chat_id)
    chat.leave_room(waiting)
    return chat


async def test_steps_in_a_group_leave_its_minute_to_answers_that_wait(redis: Redis) -> None:
    chat = await _open(redis, _GROUP, waiting=8)

    with pytest.raises(RateLimitedError):
        await chat.call_as_message(_answer, priority=Priority.STEP)
    with pytest.raises(RateLimitedError):
        await chat.call_as_typing(_answer)
    assert await chat.call_as_message(_answer) == "shown"


@pytest.mark.parametrize(("chat_id", "waiting"), [(_GROUP, 2), (_PERSON, 8)])
async def test_steps_are_made_where_there_is_room(redis: Redis, chat_id: int, waiting: int) -> None:
    chat = await _open(redis, chat_id, waiting=waiting)

    assert await chat.call_as_message(_answer, priority=Priority.STEP) == "shown"
