"""Measuring one answer of a model: its first words, how far the screen is behind its text, its outcome."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic

from core.chat.port.errors import OutboxError
from core.metrics import Metrics
from core.wanjie import WanjieError


class AnswerMeasurement:
    """The times of one answer; `asked_at` is when its question was stored (`Job.stored_at`)."""

    def __init__(self, metrics: Metrics, platform: str, asked_at: float) -> None:
        self._first_words = metrics.answers.first_words.labels(platform)
        self._lag = metrics.answers.text_lag.labels(platform)
        self._outcomes = metrics.answers.outcomes
        self._platform = platform
        self._asked_at = asked_at

    def note_shown(self, arrived_at: float | None, *, is_first: bool) -> None:
        """Take a step that the platform has confirmed, and the time at which the oldest text in it had arrived."""
        now = monotonic()
        if is_first:
            self._first_words.observe(now - self._asked_at)
        if arrived_at is not None:
            self._lag.observe(now - arrived_at)

    @contextmanager
    def counting_outcome(self) -> Generator[None]:
        """Count the answer that the block gives; one that another process goes on with is not counted."""
        try:
            yield
        except OutboxError:
            self._count("given_up")
            raise
        except WanjieError:
            self._count("failed")
            raise
        self._count("delivered")

    def _count(self, outcome: str) -> None:
        self._outcomes.labels(self._platform, outcome).inc()
