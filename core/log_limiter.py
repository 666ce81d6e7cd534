"""Limit log lines of one kind, so that whoever causes them can fill no disk and hide nothing else; count the others.

It stands at the end, in the handler: there the lines of libraries come by, too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TextIO, TypeAlias, cast

_MAX_LINES, _WINDOW_SECONDS = 100, 60.0
_MAX_KINDS = 1_000
"""Kinds that are counted at a time; the one that has been counted longest makes room for another."""
_MAX_SAMPLE_LENGTH = 200
_COUNTED_HERE = "log_limiter"
"""Stands for the place of a line that counts others."""

Kind: TypeAlias = tuple[str, int, str]
"""The logger, the level, and the event; for a library, which has values in its lines, the place that wrote it."""


@dataclass(slots=True)
class _Window:
    begun: float
    sample: str
    lines: int = 0


class LineLimiter:
    """Admits the first lines of a kind in each window of time and counts the others; pure but for the clock."""

    def __init__(
        self,
        *,
        max_lines: int = _MAX_LINES,
        window_seconds: float = _WINDOW_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_lines = max_lines
        self._window_seconds = window_seconds
        self._clock = clock
        self._windows: dict[Kind, _Window] = {}
        """The window that began first comes first."""

    def admit(self, kind: Kind, sample: str) -> bool:
        """Count a line, and say whether it is one of the first; call `end_windows` before."""
        window = self._windows.get(kind)
        if window is None:
            window = self._windows[kind] = _Window(self._clock(), sample)
        window.lines += 1
        return window.lines <= self._max_lines

    def end_windows(self, *, end_all: bool = False) -> list[tuple[Kind, str, int]]:
        """End the windows whose time is over; return the kinds of which lines were left out, a sample and how many."""
        left_out: list[tuple[Kind, str, int]] = []
        while self._windows:
            kind, window = next(iter(self._windows.items()))
            is_over = self._clock() - window.begun >= self._window_seconds
            if not (end_all or is_over or len(self._windows) > _MAX_KINDS):
                break
            del self._windows[kind]
            if window.lines > self._max_lines:
                left_out.append((kind, window.sample, window.lines - self._max_lines))
        return left_out


class LimitedHandler(logging.StreamHandler[TextIO]):
    """Writes log lines, of one kind only the first; a line with a `reference`, which a user was told, always.

    How many were left out is written with the next line of any kind after their window, or at the end.
    """

    def __init__(self, stream: TextIO, limiter: LineLimiter | None = None) -> None:
        super().__init__(stream)
        self._limiter = limiter or LineLimiter()

    def emit(self, record: logging.LogRecord) -> None:
        self._write_left_out(end_all=False)
        event = cast("Mapping[str, object]", record.msg) if isinstance(record.msg, dict) else None
        if (event is not None and "reference" in event) or self._limiter.admit(*_describe(record, event)):
            super().emit(record)

    def close(self) -> None:
        self._write_left_out(end_all=True)
        super().close()

    def _write_left_out(self, *, end_all: bool) -> None:
        for (name, level, _), sample, count in self._limiter.end_windows(end_all=end_all):
            text = f"{count} more lines left out: {sample[:_MAX_SAMPLE_LENGTH]}"
            super().emit(logging.LogRecord(name, level, _COUNTED_HERE, 0, text, (), None))


def describe_place(record: logging.LogRecord) -> str:
    """The place in a program that wrote a line."""
    return f"{record.pathname}:{record.lineno}"


def is_count(record: logging.LogRecord) -> bool:
    """Whether the line says how many others were left out."""
    return record.pathname == _COUNTED_HERE


def _describe(record: logging.LogRecord, event: Mapping[str, object] | None) -> tuple[Kind, str]:
    """Return the kind of a line, and a sample of its kind for a reader."""
    if event is None:
        place = describe_place(record)
        return (record.name, record.levelno, place), str(record.msg) if record.args else place
    text = str(event.get("event"))
    return (record.name, record.levelno, text), text
