"""How many jobs a worker works on, and how many only wait."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar


class WorkerSlots:
    """Counts the jobs of a worker: up to `capacity` at work, up to `max_jobs` with those that only wait."""

    def __init__(self, capacity: int, max_jobs: int, on_free: Callable[[], None]) -> None:
        """`on_free` is called when `free` may have grown."""
        self._capacity = capacity
        self._max_jobs = max_jobs
        self._on_free = on_free
        self._jobs = 0
        self._waiting = 0

    @property
    def free(self) -> int:
        """How many more jobs may be begun."""
        return min(self._capacity + self._waiting, self._max_jobs) - self._jobs

    @property
    def in_use(self) -> int:
        """How many jobs are at work."""
        return self._jobs - self._waiting

    def take(self) -> WorkerSlot:
        """Take the slot of a job; `release` gives it back."""
        self._jobs += 1
        return WorkerSlot(self)

    def release(self) -> None:
        """Count a job that has ended."""
        self._jobs -= 1
        self._on_free()

    def change_waiting(self, by: int) -> None:
        """Count a job that begins to wait (1) or goes on (-1)."""
        self._waiting += by
        self._on_free()


class WorkerSlot:
    """The slot of one job, whose tasks may wait at the same time."""

    def __init__(self, slots: WorkerSlots) -> None:
        self._slots = slots
        self._waits = 0

    def enter(self) -> None:
        """Make it the slot of the current task and of the tasks that it creates."""
        _current_slot.set(self)

    @contextmanager
    def wait(self) -> Generator[None]:
        """Count the job among those that only wait."""
        self._waits += 1
        if self._waits == 1:
            self._slots.change_waiting(1)
        try:
            yield
        finally:
            self._waits -= 1
            if self._waits == 0:
                self._slots.change_waiting(-1)


_current_slot: ContextVar[WorkerSlot | None] = ContextVar("_current_slot", default=None)


@contextmanager
def yield_slot() -> Generator[None]:
    """Let the worker begin another job while this one waits, as for a rate limit; without effect outside of a job.

    The job goes on at once afterwards, so that more than the worker's capacity may be at work for a while.
    """
    slot = _current_slot.get()
    if slot is None:
        yield
    else:
        with slot.wait():
            yield
