"""Steps of a process that has too much to do become rarer, until the rest of its work is in time."""

from __future__ import annotations

from itertools import chain, repeat

from core.chat.delivery.fewer_steps_under_load import OverloadBackoff
from tests.clock import Clock


def _run(answers: int, cost: float, seconds: float, *, interval: float = 0.3) -> tuple[float, list[float]]:
    """Let so many answers make steps, one at a time, each of which takes `cost` seconds; return factor and delays."""
    clock = Clock()
    backoff, end = OverloadBackoff(clock), clock.now + seconds
    due = [clock.now + interval * number / answers for number in range(answers)]
    delays = list[float]()
    while clock.now < end:
        place = min(range(answers), key=due.__getitem__)
        clock.now = max(clock.now, due[place])
        backoff.note(delay := clock.now - due[place])
        delays.append(delay)
        due[place] = clock.now + interval * backoff.factor
        clock.now += cost
    return backoff.factor, delays


def test_a_process_with_time_to_spare_makes_all_steps() -> None:
    factor, delays = _run(answers=50, cost=0.004, seconds=20)
    assert factor == 1.0
    assert max(delays) < 0.01


def test_work_that_waits_makes_steps_rarer_until_it_waits_no_more() -> None:
    factor, delays = _run(answers=200, cost=0.004, seconds=60)
    assert 2.0 < factor < 5.0, "they take 2.7 times the time that there is"
    settled = sorted(delays[len(delays) // 2 :])
    assert settled[len(settled) // 2] < 0.05
    assert len(delays) > 0.7 * 60 / 0.004, "time is left unused"


def test_steps_are_never_more_than_sixteen_times_as_rare() -> None:
    factor, _ = _run(answers=2000, cost=0.02, seconds=120)
    assert factor == 16.0


def test_single_steps_that_are_late_change_nothing() -> None:
    clock = Clock()
    backoff = OverloadBackoff(clock)
    for delay in chain.from_iterable(repeat((0.3, 0.2, 0.0, 0.4, 0.1, 0.05), 50)):
        clock.now += 0.05
        backoff.note(delay)
    assert backoff.factor == 1.0


def test_few_late_steps_change_nothing_and_a_rest_forgets_the_load() -> None:
    clock = Clock()
    backoff = OverloadBackoff(clock)
    for _ in range(20):
        clock.now += 1.1
        backoff.note(0.5)
    assert backoff.factor == 1.0, "one answer on a slow machine"
    for _ in range(500):
        clock.now += 0.01
        backoff.note(0.5)
    assert backoff.factor > 2.0
    clock.now += 10
    backoff.note(0.5)
    assert backoff.factor == 1.0
