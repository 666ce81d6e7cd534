"""Rate limits that nobody exceeds, however many ask."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from core.redis import RateLimit, RateLimiter, connect

SECOND = 1_000_000


@dataclass
class Model:
    """What the limits promise, in the plainest way: every grant is remembered."""

    granted: dict[RateLimit, list[int]] = field(default_factory=dict[RateLimit, list[int]])

    def wait(self, now: int, limits: tuple[RateLimit, ...], reserve: int) -> int:
        """Microseconds until each limit has a call to give; 0 counts the call."""
        waits = [self._wait(now, limit, reserve) for limit in limits]
        if max(waits) == 0:
            for limit in limits:
                self.granted.setdefault(limit, []).append(now)
        return max(waits)

    def _wait(self, now: int, limit: RateLimit, reserve: int) -> int:
        window = int(limit.seconds * SECOND)
        inside = [at for at in self.granted.get(limit, []) if at + window > now]
        surplus = len(inside) - max(1, limit.calls - reserve)
        return inside[surplus] + window - now if surplus >= 0 else 0


LIMITS = (RateLimit("chat", 1, 1.0), RateLimit("chat", 5, 20.0), RateLimit("bot", 3, 2.0), RateLimit("bot", 40, 60.0))

asked = st.tuples(
    st.integers(0, 3 * SECOND),
    st.lists(st.sampled_from(LIMITS), min_size=1, max_size=4, unique=True).map(tuple),
    st.integers(0, 6),
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questions=st.lists(asked, min_size=1, max_size=30))
async def test_the_rate_limiter_behaves_like_its_model(
    redis: Redis, questions: list[tuple[int, tuple[RateLimit, ...], int]]
) -> None:
    """Time is made to pass by shifting what was logged into the past."""
    await redis.flushall()  # pyright: ignore[reportUnknownMemberType] - redis-py leaves options untyped
    budget, model, now = RateLimiter(redis, "account"), Model(), 0
    for passed, limits, reserve in questions:
        now += passed
        await _let_pass(redis, passed)
        expected = model.wait(now, limits, reserve)
        answer = await budget.acquire(*limits, reserve=reserve) * SECOND

        # The server's clock runs on by itself; where that decides, either answer is right.
        if 0 < expected < SECOND / 2:
            if answer == 0:
                for limit in limits:
                    model.granted.setdefault(limit, []).append(now)
        else:
            assert expected - SECOND / 2 <= answer <= expected


async def _let_pass(redis: Redis, microseconds: int) -> None:
    script = """
        for _, key in ipairs(redis.call('KEYS', '{b:*')) do
          for i = 0, redis.call('LLEN', key) - 1 do
            redis.call('LSET', key, i, string.format('%.0f', redis.call('LINDEX', key, i) - ARGV[1]))
          end
        end"""
    await redis.eval(script, 0, microseconds)


async def test_two_clients_together_never_exceed_a_window(redis_url: str, redis: Redis) -> None:
    other = connect(redis_url)
    limit = RateLimit("chat", 5, 0.3)
    grants: list[tuple[float, float]] = []

    async def ask(rate_limiter: RateLimiter, until: float) -> None:
        while time.monotonic() < until:
            asked = time.monotonic()
            wait = await rate_limiter.acquire(limit)
            if wait == 0:
                grants.append((asked, time.monotonic()))
            await asyncio.sleep(min(wait, 0.02))

    until = time.monotonic() + 1.5
    await asyncio.gather(*(ask(RateLimiter(client, "account"), until) for client in (redis, other) for _ in range(10)))
    await other.aclose()

    # Each was granted between its question and its answer, so these lay in one window for sure.
    windows = [sum(end - limit.seconds < asked and told <= end for asked, told in grants) for _, end in grants]
    assert max(windows) <= limit.calls
    assert len(grants) > 2 * limit.calls


async def test_a_refused_call_is_counted_in_no_window(redis: Redis) -> None:
    budget = RateLimiter(redis, "account")
    narrow, wide = RateLimit("chat", 1, 60), RateLimit("bot", 2, 60)

    assert await budget.acquire(narrow, wide) == 0
    assert 59 < await budget.acquire(narrow, wide) <= 60
    assert await budget.acquire(wide) == 0
    assert 59 < await budget.acquire(wide) <= 60


async def test_cosmetic_calls_leave_the_reserve_free(redis: Redis) -> None:
    budget, limit = RateLimiter(redis, "account"), RateLimit("chat", 3, 60)

    cosmetic = [await budget.acquire(limit, reserve=1) > 0 for _ in range(3)]
    final = [await budget.acquire(limit) > 0 for _ in range(2)]

    assert cosmetic == [False, False, True]
    assert final == [False, True]


async def test_one_call_is_granted_whatever_the_reserve(redis: Redis) -> None:
    assert await RateLimiter(redis, "account").acquire(RateLimit("chat", 1, 60), reserve=10) == 0


async def test_a_pause_applies_to_its_name_alone_and_is_never_shortened(redis: Redis) -> None:
    budget = RateLimiter(redis, "account")
    await budget.pause("chat", 30)
    await budget.pause("chat", 1)

    assert 29 < await budget.acquire(RateLimit("chat", 9, 60), RateLimit("bot", 9, 60)) <= 30
    assert await budget.acquire(RateLimit("bot", 9, 60)) == 0
    assert await RateLimiter(redis, "another").acquire(RateLimit("chat", 9, 60)) == 0


async def test_a_clock_set_back_does_not_block_for_long(redis: Redis) -> None:
    budget, limit = RateLimiter(redis, "account"), RateLimit("chat", 1, 60)
    await budget.acquire(limit)
    await _let_pass(redis, -3600 * SECOND)

    assert await budget.acquire(limit) == 0


@pytest.mark.parametrize("seconds", [0.25, 60])
async def test_all_keys_of_the_rate_limiter_expire(redis: Redis, seconds: float) -> None:
    budget = RateLimiter(redis, "account")
    await budget.acquire(RateLimit("chat", 5, seconds))
    await budget.pause("chat", seconds)
    keys = sorted(await redis.keys())  # pyright: ignore[reportUnknownMemberType] - redis-py leaves options untyped

    assert keys == [f"{{b:account}}:chat:{seconds:g}".encode(), b"{b:account}:chat:blocked"]
    for key in keys:
        assert 0 < await redis.pttl(key) <= seconds * 1000


def test_different_limits_are_independent() -> None:
    model = Model()

    assert [model.wait(at, (RateLimit("chat", 2, 1.0),), 0) for at in (0, 1, 2)] == [0, 0, SECOND - 2]
    assert all(a <= b for a, b in pairwise(model.granted[RateLimit("chat", 2, 1.0)]))
