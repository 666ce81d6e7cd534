"""Rate limits that nobody exceeds, however many ask."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from core.redis import RateLimit, RateLimiter, connect

SECOND = 1_000_000


@dataclass
class Model:
    """What the limits promise, in the plainest way: every grant is remembered."""

    granted: list[tuple[RateLimit, str, int]] = field(default_factory=list[tuple[RateLimit, str, int]])

    def wait(self, now: int, limits: tuple[RateLimit, ...], reserve: int, person: str) -> int:
        """Microseconds until it is worth asking again; 0 counts the call."""
        wait = max(self._wait(now, limit, reserve, person) for limit in limits)
        if wait == 0:
            self.grant(now, limits, person)
        return wait

    def grant(self, now: int, limits: tuple[RateLimit, ...], person: str) -> None:
        self.granted += [(limit, person, now) for limit in limits]

    def _wait(self, now: int, limit: RateLimit, reserve: int, person: str) -> int:
        window = int(limit.seconds * SECOND)
        usable = max(1, limit.calls - reserve)
        if limit.is_bucket:
            full = 0
            for at in (at for one, _, at in self.granted if one == limit):
                full = max(full, at) + window
            return max(0, full - (usable - 1) * window - now)
        inside = [(who, at) for one, who, at in self.granted if one == limit and at + window > now]
        own = sum(who == person for who, _ in inside) if limit.fair and person else 0
        surplus = len(inside) - usable
        surplus = max(surplus, (surplus + own) // 2) if own else surplus
        return inside[surplus][1] + window - now if surplus >= 0 else 0


LIMITS = (
    RateLimit("chat", 1, 1.0),
    RateLimit("chat", 5, 20.0),
    RateLimit("bot", 3, 2.0),
    RateLimit("bot", 40, 60.0),
    RateLimit("fair", 6, 20.0, fair=True),
    RateLimit("bucket", 3, 2.0, is_bucket=True),
)

asked = st.tuples(
    st.integers(0, 3 * SECOND),
    st.lists(st.sampled_from(LIMITS), min_size=1, max_size=4, unique=True).map(tuple),
    st.integers(0, 6),
    st.sampled_from(["", "ada", "lin"]),
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questions=st.lists(asked, min_size=1, max_size=30))
async def test_the_rate_limiter_behaves_like_its_model(
    redis: Redis, questions: list[tuple[int, tuple[RateLimit, ...], int, str]]
) -> None:
    """Time is made to pass by shifting what was logged into the past."""
    await redis.flushall()  # pyright: ignore[reportUnknownMemberType] - redis-py leaves options untyped
    budget, model, now, started = RateLimiter(redis, "account"), Model(), 0, time.monotonic()
    for passed, limits, reserve, person in questions:
        now += passed
        await _let_pass(redis, passed)
        expected = model.wait(now, limits, reserve, person)
        answer = await budget.acquire(*limits, reserve=reserve, person=person) * SECOND

        # The server's clock runs on by itself; where that decides, either answer is right.
        ahead = int((time.monotonic() - started) * SECOND) + 1000
        if 0 < expected < ahead:
            if answer == 0:
                model.grant(now, limits, person)
        else:
            assert expected - ahead <= answer <= expected


@pytest.mark.parametrize(("people", "each"), [(1, 9), (2, 6), (5, 3)])
async def test_whoever_asks_without_end_leaves_calls_to_others(redis: Redis, people: int, each: int) -> None:
    budget, limit = RateLimiter(redis, "account"), RateLimit("start", 18, 60, fair=True)

    granted = [await budget.acquire(limit, person=f"U{number % people}") == 0 for number in range(20 * people)]

    assert sum(granted) == people * each
    assert await budget.acquire(limit, person="stranger") == 0
    assert await budget.acquire(limit) == 0  # nobody is known


async def _let_pass(redis: Redis, microseconds: int) -> None:
    script = """
        for _, key in ipairs(redis.call('KEYS', '{b:*')) do
          if redis.call('TYPE', key).ok == 'string' then
            local moved = string.format('%.0f', redis.call('GET', key) - ARGV[1])
            redis.call('SET', key, moved, 'KEEPTTL')
          else
            for i = 0, redis.call('LLEN', key) - 1 do
              redis.call('LSET', key, i, string.format('%.0f', redis.call('LINDEX', key, i) - ARGV[1]))
            end
          end
        end"""
    await redis.eval(script, 0, microseconds)


async def test_two_clients_together_never_exceed_a_window(redis_url: str, redis: Redis) -> None:
    other = connect(redis_url)
    limit = RateLimit("chat", 5, 0.3)
    grants: list[tuple[float, float]] = []

    async def ask(rate_limiter: RateLimiter) -> None:
        while len(grants) < 5 * limit.calls:
            asked = time.monotonic()
            wait = await rate_limiter.acquire(limit)
            if wait == 0:
                grants.append((asked, time.monotonic()))
            await asyncio.sleep(min(wait, 0.02))

    async with asyncio.timeout(60):
        await asyncio.gather(*(ask(RateLimiter(client, "account")) for client in (redis, other) for _ in range(10)))
    await other.aclose()

    # Each was granted between its question and its answer, so these lay in one window for sure.
    windows = [sum(end - limit.seconds < asked and told <= end for asked, told in grants) for _, end in grants]
    assert max(windows) <= limit.calls


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


async def test_a_bucket_grants_a_burst_of_which_cosmetic_calls_leave_a_part(redis: Redis) -> None:
    budget, limit = RateLimiter(redis, "account"), RateLimit("chat", 2, 60, is_bucket=True)

    waits = [await budget.acquire(limit, reserve=reserve) for reserve in (1, 1, 0, 0)]

    assert waits == [0, pytest.approx(60, abs=1), 0, pytest.approx(60, abs=1)]


@pytest.mark.parametrize("limit", [RateLimit("chat", 1, 60), RateLimit("chat", 1, 60, is_bucket=True)])
async def test_a_clock_set_back_does_not_block_for_long(redis: Redis, limit: RateLimit) -> None:
    budget = RateLimiter(redis, "account")
    await budget.acquire(limit)
    await _let_pass(redis, -3600 * SECOND)

    assert await budget.acquire(limit) == 0


@pytest.mark.parametrize("seconds", [0.25, 60])
async def test_all_keys_of_the_rate_limiter_expire(redis: Redis, seconds: float) -> None:
    budget = RateLimiter(redis, "account")
    await budget.acquire(RateLimit("chat", 5, seconds), RateLimit("chat", 5, seconds, is_bucket=True))
    await budget.pause("chat", seconds)
    keys = sorted(await redis.keys())  # pyright: ignore[reportUnknownMemberType] - redis-py leaves options untyped

    log = f"{{b:account}}:chat:{seconds:g}".encode()
    assert keys == [log, log + b":bucket", b"{b:account}:chat:blocked"]
    for key in keys:
        assert 0 < await redis.pttl(key) <= seconds * 1000


def test_different_limits_are_independent() -> None:
    model = Model()

    limits = (RateLimit("chat", 2, 1.0),)
    assert [model.wait(at, limits, 0, "") for at in (0, 1, 2)] == [0, 0, SECOND - 2]
    assert model.granted == [(limits[0], "", 0), (limits[0], "", 1)]
