"""Whose call comes first when a bot has less room than its chats need."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bots.telegram.api.call_priorities import CallOrder, Priority
from core.redis import RateLimit
from tests.clock import Clock

LIMIT = RateLimit("bot", 10, 1.0)


@dataclass
class Crowd:
    """Callers who come back when they were told to."""

    clock: Clock = field(default_factory=Clock)
    made: list[tuple[str, Priority, float]] = field(default_factory=list[tuple[str, Priority, float]])

    def __post_init__(self) -> None:
        self.order = CallOrder(LIMIT, step_spacing=0.035, clock=self.clock)
        self.waiting: list[tuple[float, str, Priority]] = []

    def ask(self, owner: str, priority: Priority) -> None:
        if wait := self.order.get_wait(owner, priority):
            self.waiting.append((self.clock.now + wait, owner, priority))
        else:
            self.order.record(owner, priority)
            self.order.record_answer()
            self.made.append((owner, priority, self.clock.now))

    def pass_time(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.waiting and min(self.waiting)[0] <= end:
            self.waiting.sort()
            at, owner, priority = self.waiting.pop(0)
            self.clock.now = max(self.clock.now, at)
            self.ask(owner, priority)
        self.clock.now = end

    def exhaust(self) -> None:
        for number in range(LIMIT.calls):
            self.ask(f"early {number}", Priority.FINAL)
            self.clock.now += 0.05


def test_whoever_is_more_important_goes_first() -> None:
    crowd = Crowd()
    crowd.exhaust()
    for priority in reversed(Priority):
        crowd.ask(priority.name, priority)
    crowd.pass_time(30.0)

    assert [owner for owner, _, _ in crowd.made[LIMIT.calls :]] == [priority.name for priority in Priority]


def test_screens_change_in_the_order_in_which_they_fell_behind() -> None:
    crowd = Crowd()
    crowd.exhaust()
    for number in range(40):
        crowd.ask(f"{number}", Priority.STEP)
        crowd.pass_time(0.001)
    crowd.pass_time(30.0)

    assert [owner for owner, _, _ in crowd.made[LIMIT.calls :]] == [f"{number}" for number in range(40)]


def test_a_final_finds_room_among_steps_without_end_which_use_the_rest() -> None:
    crowd = Crowd()
    finals: list[float] = []
    for second in range(20):
        for number in range(20):
            crowd.ask(f"{second} {number}", Priority.STEP)
        before = crowd.clock.now
        crowd.ask(f"final {second}", Priority.FINAL)
        finals.append(next(at for owner, _, at in crowd.made if owner == f"final {second}") - before)
        crowd.pass_time(1.0)

    assert max(finals) == 0
    assert len(crowd.made) > 20 * (LIMIT.calls - 4)


def test_after_the_end_of_an_answer_its_step_holds_nobody_up() -> None:
    crowd = Crowd()
    crowd.exhaust()
    crowd.order.get_wait("answer", Priority.STEP)
    crowd.order.get_wait("other", Priority.STEP)
    behind = crowd.order.get_wait("other", Priority.STEP)
    crowd.order.record("answer", Priority.FINAL)

    assert crowd.order.get_wait("other", Priority.STEP) < behind + LIMIT.seconds / 2


def test_whoever_does_not_come_back_loses_its_place() -> None:
    crowd = Crowd()
    crowd.exhaust()
    crowd.order.get_wait("gone", Priority.STEP)
    crowd.clock.now += 5.0

    assert crowd.order.get_wait("here", Priority.STEP) == 0


def test_a_limit_that_others_have_used_is_closed_for_what_is_not_more_important() -> None:
    crowd = Crowd()
    crowd.order.close(Priority.STEP, 0.5)

    assert [crowd.order.get_wait("a", priority) > 0 for priority in (Priority.START, Priority.STEP)] == [False, True]
    crowd.clock.now += 0.6
    assert crowd.order.get_wait("a", Priority.STEP) == 0


def test_calls_that_are_held_up_leave_no_room_until_a_window_after_their_answers() -> None:
    clock = Clock()
    order = CallOrder(LIMIT, max_arrivals=12, clock=clock)
    for number in range(LIMIT.calls):
        order.record(number, Priority.FINAL)
    clock.now += 1.1
    late: list[float] = []
    for number in range(3):
        late.append(order.get_wait(f"late {number}", Priority.FINAL))
        if not late[-1]:
            order.record(f"late {number}", Priority.FINAL)
    clock.now += 1.0
    order.record_answer(LIMIT.calls)
    held_up = order.get_wait("late 2", Priority.FINAL)
    clock.now += 1.05
    after = order.get_wait("late 2", Priority.FINAL)

    assert [wait > 0 for wait in late] == [False, False, True]
    assert 0.9 < held_up <= 1.0
    assert after == 0


@given(calls=st.lists(st.tuples(st.sampled_from(Priority), st.floats(0, 0.3)), max_size=60))
def test_the_limit_is_kept_and_everybody_is_served(calls: list[tuple[Priority, float]]) -> None:
    crowd = Crowd()
    for number, (priority, pause) in enumerate(calls):
        crowd.ask(f"{number}", priority)
        crowd.pass_time(pause)
    crowd.pass_time(60.0)

    times = [at for _, _, at in crowd.made]
    assert len(times) == len(calls)
    assert all(sum(start <= at < start + LIMIT.seconds for at in times) <= LIMIT.calls for start in times)
