"""What calls to a chat leave to others, with the shared rate limiter."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bots.telegram.api import rate_limit_numbers, rate_limited_chat
from bots.telegram.api.call_budget import CallBudget
from bots.telegram.api.call_priorities import Priority
from bots.telegram.api.rate_limit_numbers import BOT_LIMIT, LOOKUP_LIMIT
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


async def test_look_ups_and_answers_to_presses_that_are_refused_keep_no_place_in_the_line(redis: Redis) -> None:
    budget = CallBudget(RateLimiter(redis, "tg:1"))
    for number in range(BOT_LIMIT.calls):
        await RateLimitedChat(budget, _PERSON + number).call_as_message(_answer)
    for number in range(BOT_LIMIT.calls):  # as people press in a group whose answers nobody waits for
        chat = RateLimitedChat(budget, _GROUP)
        for call in (chat.call_outside_chat_limits(_answer), chat.call_for_press(_answer, person=f"{number}")):
            with contextlib.suppress(RateLimitedError):
                await call

    assert RateLimitedChat(budget, _PERSON).get_wait(Priority.START) <= BOT_LIMIT.seconds


async def test_look_ups_of_one_chat_leave_calls_to_others(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    # Limits that last for longer than the calls take on any machine.
    monkeypatch.setattr(rate_limit_numbers, "BOT_LIMIT", replace(BOT_LIMIT, seconds=60.0))
    monkeypatch.setattr(rate_limited_chat, "LOOKUP_LIMIT", replace(LOOKUP_LIMIT, seconds=60.0))
    budget = CallBudget(RateLimiter(redis, "tg:1"))
    chat = RateLimitedChat(budget, _GROUP)
    with contextlib.suppress(RateLimitedError):
        for _ in range(BOT_LIMIT.calls):
            await chat.call_outside_chat_limits(_answer)
        pytest.fail("one chat may use up all calls")

    assert await RateLimitedChat(budget, _GROUP - 1).call_outside_chat_limits(_answer) == "shown"
    assert await RateLimitedChat(budget, _PERSON).call_as_message(_answer, priority=Priority.START) == "shown"
