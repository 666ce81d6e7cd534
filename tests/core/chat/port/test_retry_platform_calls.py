"""Calls are repeated while waiting can help, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.chat.port.errors import OutboxError, PlatformUnreachableError, RateLimitedError, RecipientGoneError
from core.chat.port.retry_platform_calls import run_with_retries


def answering(*answers: Exception | str) -> Callable[[], Awaitable[str]]:
    """A call that meets these answers, one after the other."""
    left = list(answers)

    async def call() -> str:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return call


async def test_a_call_is_repeated_as_late_as_the_platform_asks() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()

    assert await run_with_retries(answering(RateLimitedError(0.05), RateLimitedError(0.05), "done")) == "done"
    assert loop.time() - begun >= 0.1


@pytest.mark.parametrize(("error", "longest"), [(RateLimitedError(60), 40), (PlatformUnreachableError("away"), 0.4)])
async def test_what_would_be_repeated_too_late_is_raised_at_once(error: OutboxError, longest: float) -> None:
    with pytest.raises(type(error)):
        await asyncio.wait_for(run_with_retries(answering(error, "late"), max_seconds=longest), 20)


@pytest.mark.parametrize("error", [RecipientGoneError("deleted"), PlatformUnreachableError("perhaps it was sent")])
async def test_what_must_not_be_repeated_is_raised_at_once(error: OutboxError) -> None:
    with pytest.raises(type(error)):
        await run_with_retries(answering(error, "twice"), retries_outages=False)
