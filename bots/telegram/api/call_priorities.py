"""Which of this process's calls comes first when a bot has less room than they need."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import IntEnum

from core.redis import RateLimit


class Priority(IntEnum):
    """What a call is for; a lower one goes first."""

    TAP = 0
    """The reply to a button that somebody has pressed."""
    FINAL = 1
    """The last state of a message, and whatever else is said once."""
    START = 2
    """The first words of an answer."""
    STEP = 3
    """More words of an answer that can be read in part already."""
    TYPING = 4
    BUTTONS = 5
    """Removing the buttons of older answers."""


_GRACE = 0.5
"""Seconds for which a call keeps its place after the time at which it was told to come back."""
_MIN_WAIT = 0.005


@dataclass(slots=True)
class _Ticket:
    rank: tuple[Priority, int]
    expires_at: float


class CallOrder:
    """The order of the calls of one bot in this process, under a limit that all of them count against.

    Calls of one priority come in the order in which they were first asked for, so the screen that has not changed for
    longest is next. Nobody waits here: whoever is told to come back later keeps a place in the line until then.
    """

    def __init__(
        self,
        limit: RateLimit,
        *,
        max_arrivals: int = sys.maxsize,
        step_spacing: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Between two steps lie at least `step_spacing` seconds.

        Calls that were held up on their way arrive together with later ones. No more than `max_arrivals` of them can
        arrive within the window, since each counts until it is answered and the window has passed after that.
        """
        self._limit = limit
        self._max_arrivals = max_arrivals
        self._unanswered = 0
        self._answered: deque[float] = deque()
        """When calls were answered, oldest first; within the window."""
        self._step_spacing = step_spacing
        self._clock = clock
        self._made: deque[tuple[float, Priority]] = deque()
        """The calls within the window, oldest first."""
        self._tickets: dict[tuple[Hashable, Priority], _Ticket] = {}
        self._count = 0
        self._last_step = 0.0
        self._closed_until = dict.fromkeys(Priority, 0.0)

    @property
    def is_busy(self) -> bool:
        """Whether the calls of this process take half of the limit, or some of them wait."""
        self._forget(self._clock())
        return len(self._made) + len(self._tickets) > self._limit.calls / 2

    def get_wait(self, owner: Hashable, priority: Priority) -> float:
        """Return 0.0 when a call may be made now, else the seconds after which its turn may have come.

        An `owner` has one place for each priority.
        """
        now = self._clock()
        self._forget(now)
        ticket = self._tickets.get((owner, priority))
        if ticket is None:
            self._count += 1
            ticket = self._tickets[owner, priority] = _Ticket((priority, self._count), now)
        ahead = sum(other.rank < ticket.rank for other in self._tickets.values())
        wait = max(
            self._wait_for_room(now, priority, ahead),
            self._wait_for_answers(now, ahead),
            self._closed_until[priority] - now,
        )
        if priority >= Priority.STEP:
            wait = max(wait, self._last_step + self._step_spacing * (1 + ahead) - now)
        wait = max(wait, _MIN_WAIT) if wait > 0 else 0.0
        ticket.expires_at = now + wait + _GRACE
        return wait

    def record(self, owner: Hashable, priority: Priority, count: int = 1) -> None:
        """Count a call that is being made, `record_answer` ends it; after a final, its owner has no steps to make."""
        now = self._clock()
        self._made.extend([(now, priority)] * count)
        self._unanswered += count
        if priority >= Priority.STEP:
            self._last_step = now
        self.withdraw(owner, priority)
        if priority is Priority.FINAL:
            self.withdraw(owner, Priority.START)
            self.withdraw(owner, Priority.STEP)

    def record_answer(self, count: int = 1) -> None:
        """Note that a call has its answer, or has failed."""
        self._unanswered -= count
        self._answered.extend([self._clock()] * count)

    def withdraw(self, owner: Hashable, priority: Priority) -> None:
        """Leave the line: the call is not wanted any more."""
        self._tickets.pop((owner, priority), None)

    def close(self, priority: Priority, seconds: float) -> None:
        """Let no call of this priority or a lower one be made for so long, since other processes use the limit, too."""
        for each in Priority:
            if each >= priority:
                self._closed_until[each] = max(self._closed_until[each], self._clock() + seconds)

    def _wait_for_room(self, now: float, priority: Priority, ahead: int) -> float:
        """Return the seconds until so many calls and this one fit into the window."""
        free = self._limit.calls - len(self._made) - self._count_reserved(priority)
        place = ahead - free
        if place < 0:
            return 0.0
        if place < len(self._made):
            return self._made[place][0] + self._limit.seconds - now
        return self._limit.seconds * (1 + place / self._limit.calls)

    def _wait_for_answers(self, now: float, ahead: int) -> float:
        """Return the seconds until this call and those ahead could not arrive with too many others."""
        place = ahead + self._unanswered + len(self._answered) - self._max_arrivals
        if place < 0:
            return 0.0
        if place < len(self._answered):
            return self._answered[place] + self._limit.seconds - now
        return self._limit.seconds / 4  # nobody knows when the next answer comes

    def _count_reserved(self, priority: Priority) -> int:
        """Count the calls that must stay free for finals: about as many as come in a part of a second."""
        finals = sum(made <= Priority.FINAL for _, made in self._made)
        reserved = {Priority.START: 1 + finals // 8, Priority.STEP: 2 + finals // 4}
        return reserved.get(priority, 8) if priority >= Priority.START else 0

    def _forget(self, now: float) -> None:
        while self._made and self._made[0][0] <= now - self._limit.seconds:
            self._made.popleft()
        while self._answered and self._answered[0] <= now - self._limit.seconds:
            self._answered.popleft()
        for key in [key for key, ticket in self._tickets.items() if ticket.expires_at < now]:
            del self._tickets[key]
