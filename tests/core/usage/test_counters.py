# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Counts and limits in a real Redis, also when many ask at once and processes are killed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from redis.asyncio import Redis

from core.settings import ModelPrice
from core.usage import (
    NOTHING,
    Amount,
    Limit,
    LimitReachedError,
    Payer,
    PriceList,
    Subject,
    TooManyQuestionsError,
    UsageCounters,
    UsedAmount,
)

ADA = Payer("tg:1:7", "tg:1:-5", "tg:1", "e1")
BO = Payer("tg:1:8", "tg:1:-5", "tg:1", "e1")
PRICES = PriceList({"*": ModelPrice(input_tokens=2, output_tokens=8)})
RESERVE, ACTUAL = Amount(1, 10, 100), Amount(1, 12, 30)
PERSON_DAY = Limit("person", "day", 1_000, "tokens")


@dataclass
class Clock:
    now: datetime = datetime(2026, 12, 31, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def counting(redis: Redis, clock: Clock, *limits: Limit, per_minute: int | None = None) -> UsageCounters:
    questions = (Limit("person", "minute", per_minute, "questions"),) if per_minute else ()
    return UsageCounters(redis, PRICES, (*limits, *questions), clock=clock)


def ask(number: int, payer: Payer = ADA) -> Payer:
    """One more question."""
    return replace(payer, event=f"q{number}", warnings=[])


async def spend(counters: UsageCounters, payer: Payer, amount: Amount, reserve: Amount = RESERVE) -> None:
    await counters.settle(await counters.reserve(payer, "kimi-k2", reserve), amount)


async def test_what_a_call_has_used_counts_for_everybody_whom_it_concerns(redis: Redis, clock: Clock) -> None:
    counters = counting(redis, clock)
    await spend(counters, ADA, ACTUAL)
    await spend(counters, BO, ACTUAL)
    once, twice = UsedAmount(ACTUAL, 264), UsedAmount(Amount(2, 24, 60), 528)
    subjects: list[tuple[Subject, str, UsedAmount]] = [
        ("person", "tg:1:7", once),
        ("chat", "tg:1:-5", twice),
        ("account", "tg:1", twice),
        ("model", "kimi-k2", twice),
        ("all", "", twice),
        ("person", "tg:1:9", UsedAmount(NOTHING, 0)),
    ]
    for subject, name, used in subjects:
        assert await counters.read(subject, name, "day") == used
        assert await counters.read(subject, name, "month") == used


async def test_past_months_and_days_are_forgotten_and_what_limits_need_stays(redis: Redis, clock: Clock) -> None:
    counters, days = counting(redis, clock), [datetime(2026, *day, 22, tzinfo=UTC) for day in ((1, 31), (11, 30))]
    for clock.now in (*days, datetime(2026, 12, 30, 22, tzinfo=UTC), datetime(2026, 12, 31, 22, tzinfo=UTC)):
        await spend(counters, ADA, ACTUAL)
        await spend(counters, BO, ACTUAL)

    await counters.forget_past("person", ADA.person)

    assert await redis.keys("*person:tg:1:7") == [b"{usage}:2026-12:person:tg:1:7"]
    assert len(await redis.keys("*person:tg:1:8")) == 3
    fields = [str(field) for field in await redis.hkeys("{usage}:2026-12:person:tg:1:7")]
    assert {field.partition(":")[0] for field in fields if ":" in field} == {"b'31"}
    assert (await counters.read("person", ADA.person, "day")).amount == ACTUAL
    assert (await counters.read("person", ADA.person, "month")).amount == Amount(2, 24, 60)


async def test_days_and_months_begin_anew_at_midnight_utc(redis: Redis, clock: Clock) -> None:
    counters = counting(redis, clock)
    clock.now -= timedelta(days=1)
    await spend(counters, ADA, ACTUAL)
    clock.now += timedelta(days=1)
    await spend(counters, ADA, ACTUAL)

    assert (await counters.read("person", ADA.person, "day")).amount.calls == 1
    assert (await counters.read("person", ADA.person, "month")).amount.calls == 2
    clock.now += timedelta(hours=2)
    assert (await counters.read("person", ADA.person, "day")).amount == NOTHING
    assert (await counters.read("person", ADA.person, "month")).amount == NOTHING


async def test_a_call_over_midnight_counts_for_the_day_of_its_beginning(redis: Redis, clock: Clock) -> None:
    counters = counting(redis, clock)
    reservation = await counters.reserve(ADA, "kimi-k2", RESERVE)
    clock.now += timedelta(hours=3)
    await counters.settle(reservation, ACTUAL)

    assert (await counters.read("all", "", "day")).amount == NOTHING
    clock.now -= timedelta(hours=3)
    assert (await counters.read("all", "", "day")).amount == ACTUAL


async def test_fifty_questions_at_once_never_pass_a_limit(redis: Redis, clock: Clock) -> None:
    """A third of them are killed between reserve and settlement, in other processes (other counters)."""
    replicas = [counting(redis, clock, PERSON_DAY) for _ in range(3)]

    async def question(number: int) -> bool:
        try:
            reservation = await replicas[number % 3].reserve(ask(number), "kimi-k2", RESERVE)
        except LimitReachedError:
            return False
        if number % 3:  # the others are killed here
            await replicas[number % 3].settle(reservation, Amount(1, 10, 100))
        return True

    granted = await asyncio.gather(*map(question, range(50)))

    used = (await replicas[0].read("person", ADA.person, "day")).amount
    assert sum(granted) == 9
    assert used == Amount(9, 90, 900)
    assert used.tokens <= PERSON_DAY.most


async def test_a_killed_call_counts_its_reserve_and_blocks_nobody_for_ever(redis: Redis, clock: Clock) -> None:
    counters = counting(redis, clock, PERSON_DAY)
    await counters.reserve(ADA, "kimi-k2", Amount(1, 0, 900))
    with pytest.raises(LimitReachedError):
        await counters.reserve(ask(2), "kimi-k2", RESERVE)
    clock.now += timedelta(hours=3)
    await spend(counters, ask(3), ACTUAL)

    keys = cast("list[bytes]", await redis.keys())
    lifetimes = {key.decode(): await redis.ttl(key) for key in keys}
    assert min(lifetimes.values()) > 0, "every key has an end"
    assert max(lifetimes.values()) <= 400 * 86_400
    assert all(life <= 86_400 for key, life in lifetimes.items() if ":reserved:" in key or ":event:" in key)


@pytest.mark.parametrize(
    "limit", [PERSON_DAY, Limit("chat", "month", 2_000, "cost"), Limit("all", "day", 200, "tokens")]
)
async def test_a_refusal_names_the_limit_and_when_it_begins_anew(redis: Redis, clock: Clock, limit: Limit) -> None:
    counters = counting(redis, clock, limit)
    await spend(counters, ADA, Amount(1, 0, 1_000))
    with pytest.raises(LimitReachedError) as caught:
        await counters.reserve(ask(2), "kimi-k2", RESERVE)

    assert caught.value.reached.limit == limit
    assert caught.value.reached.begins_anew == datetime(2027, 1, 1, tzinfo=UTC)
    clock.now += timedelta(hours=2)
    await counters.reserve(ask(2), "kimi-k2", RESERVE)


async def test_a_refused_question_counts_nothing_and_others_may_ask(redis: Redis, clock: Clock) -> None:
    counters = counting(redis, clock, PERSON_DAY)
    await spend(counters, ADA, Amount(1, 0, 1_000))
    for number in range(3):
        with pytest.raises(LimitReachedError):
            await counters.reserve(ask(number), "kimi-k2", RESERVE)
    await spend(counters, BO, ACTUAL)

    assert (await counters.read("person", ADA.person, "day")).amount.calls == 1


async def test_no_question_is_refused_in_the_middle_whoever_goes_on_with_it(redis: Redis, clock: Clock) -> None:
    """Tool rounds, retries and takeovers are calls of the same event."""
    first, successor = (counting(redis, clock, PERSON_DAY, per_minute=1) for _ in range(2))
    await spend(first, ADA, Amount(1, 0, 999))
    await spend(first, ADA, ACTUAL)
    await spend(successor, replace(ADA), ACTUAL)

    assert (await first.read("person", ADA.person, "day")).amount == Amount(3, 24, 1_059)
    with pytest.raises(TooManyQuestionsError):
        await successor.reserve(ask(2), "kimi-k2", RESERVE)


async def test_four_fifths_are_told_once_in_a_period(redis: Redis, clock: Clock) -> None:
    counters = counting(redis, clock, PERSON_DAY, Limit("all", "month", 2_000, "tokens"))
    told: list[list[str]] = []
    for number, asker in enumerate((ADA, ADA, ADA, BO, BO)):
        payer = ask(number, asker)
        await spend(counters, payer, Amount(1, 0, 420), reserve=NOTHING)
        told.append([warning.limit.subject for warning in payer.warnings])
    clock.now += timedelta(hours=2)
    tomorrow = [ask(6), ask(7)]
    for payer in tomorrow:
        await spend(counters, payer, Amount(1, 0, 800), reserve=NOTHING)

    assert told == [[], ["person"], [], ["all"], ["person"]]
    assert [[warning.limit.subject for warning in payer.warnings] for payer in tomorrow] == [["person"], ["all"]]


async def test_questions_of_a_minute_are_limited_for_each_person(redis: Redis, clock: Clock) -> None:
    counters = counting(redis, clock, per_minute=2)
    await spend(counters, ask(1), ACTUAL)
    await spend(counters, ask(2), ACTUAL)
    with pytest.raises(TooManyQuestionsError) as caught:
        await counters.reserve(ask(3), "kimi-k2", RESERVE)
    await spend(counters, BO, ACTUAL)

    assert 1 <= caught.value.seconds <= 60
    assert 0 < await redis.ttl("{usage}:minute:tg:1:7") <= 60


async def test_a_command_that_the_client_repeats_counts_once(redis: Redis, clock: Clock) -> None:
    counters = counting(redis, clock, PERSON_DAY)
    reservation = await counters.reserve(ADA, "kimi-k2", RESERVE)
    await counters.settle(reservation, ACTUAL)
    await counters.settle(reservation, ACTUAL)

    assert (await counters.read("person", ADA.person, "day")).amount == ACTUAL


async def test_values_of_another_program_count_as_nothing(redis: Redis, clock: Clock) -> None:
    counters = counting(redis, clock, PERSON_DAY)
    await redis.set("{usage}:2026-12:person:tg:1:7", "not a hash")
    await redis.hset("{usage}:2026-12:chat:tg:1:-5", mapping={"calls": "many", "31:calls": "nan"})
    await spend(counters, ADA, ACTUAL)

    assert (await counters.read("person", ADA.person, "day")).amount == ACTUAL
    assert (await counters.read("chat", ADA.chat, "month")).amount == ACTUAL
