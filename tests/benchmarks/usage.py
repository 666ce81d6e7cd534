"""What a process of the service takes of the machine, and what the Redis that it started takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import psutil

from bots.sandbox.harness import Running

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds (user and system) since the start, and megabytes resident now."""

    service_cpu: float
    redis_cpu: float
    service_memory: float
    redis_memory: float


class Meter:
    """Reads the counters of one running service; its embedded Redis is its only child."""

    def __init__(self, process: Running) -> None:
        self._service = psutil.Process(process.pid)
        (self._redis,) = self._service.children()

    def read(self) -> Usage:
        return Usage(*map(_cpu, (self._service, self._redis)), *map(_memory, (self._service, self._redis)))


class Stopwatch:
    """`with Stopwatch(meter) as used:` measures the CPU seconds of the block."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self.service = self.redis = 0.0

    def __enter__(self) -> Self:
        self._before = self._meter.read()
        return self

    def __exit__(self, *_: object) -> None:
        after = self._meter.read()
        self.service = after.service_cpu - self._before.service_cpu
        self.redis = after.redis_cpu - self._before.redis_cpu


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _memory(process: psutil.Process) -> float:
    return process.memory_info().rss / _MEGABYTE
