"""A pool of decoder processes, which are started when needed, used for several files and stopped when idle.

No existing pool fits. Those of `concurrent.futures` cannot end one job without all others; pebble keeps its
processes and polls them; `anyio.to_process` gives them our environment with its secrets, and all three unpickle what a
process sends, which a file may have taken over.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from core.fair_limiter import FairLimiter

from .decoder_process import DecoderProcess, ProcessLostError
from .jobs_and_limits import DecodeJob

_log = structlog.get_logger()

_MIN_PROCESSES, _MAX_PROCESSES = 2, 4
"""At least two, so that one person's file does not hold up everybody's; each may take a gigabyte."""
_IDLE_SECONDS = 60.0
_MAX_WAIT = 120.0
"""Seconds that a file waits for a process, while those before it may take all the time that they are given."""
_MAX_JOBS = 100
"""Files that a process decodes before another takes its place: memory of libraries grows."""

_Result = TypeVar("_Result")


class DecoderPool:
    """Decodes untrusted files outside of the service's process, sharing the decoders fairly among people."""

    def __init__(self, processes: int | None = None, *, idle_seconds: float = _IDLE_SECONDS) -> None:
        count = processes or min(_MAX_PROCESSES, max(_MIN_PROCESSES, os.cpu_count() or 1))
        self._slots = FairLimiter(count, per_key=max(1, count // 2))
        self._idle_seconds = idle_seconds
        self._idle: list[tuple[DecoderProcess, asyncio.TimerHandle]] = []
        self._stopping: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def run(self, job: DecodeJob[_Result], data: bytes | Sequence[bytes], *, person: str) -> _Result:
        """Decode a file, or several together; `person` is whoever the work is for.

        Raises `job.error`, also when the job exceeds a limit, which is logged; `NoSlotError` if no process becomes
        free within two minutes.
        """
        files = [data] if isinstance(data, bytes) else data
        request = {
            "function": job.function,
            "options": dict(job.options),
            "sizes": None if isinstance(data, bytes) else [len(file) for file in files],
            "cpu_seconds": job.limits.cpu_seconds,
            "memory_bytes": job.limits.memory_bytes,
        }
        async with self._slots.slot(person, max_wait=_MAX_WAIT):
            reply, body = await self._ask(job, request, files)
        if "fields" not in reply:
            _raise_error(job, reply)
        fields = reply["fields"] | ({"data": body} if "data" in job.result.__annotations__ else {})
        try:
            return TypeAdapter(job.result).validate_python(fields)
        except ValidationError:
            raise _report_failure(job, "a reply of another form", files) from None

    async def aclose(self) -> None:
        """End all processes."""
        self._is_closed = True
        for process, timer in self._idle:
            timer.cancel()
            self._stop(process)
        self._idle.clear()
        await asyncio.gather(*self._stopping)

    async def _ask(
        self, job: DecodeJob[Any], request: dict[str, Any], files: Sequence[bytes]
    ) -> tuple[dict[str, Any], bytes]:
        process = await self._take()
        healthy = False
        try:
            async with asyncio.timeout(job.limits.seconds):
                reply, body = await process.ask(request, files)
            if "failure" in reply:
                raise _report_failure(job, reply["failure"], files)
            healthy = True
        except TimeoutError:
            raise _report_failure(job, f"not done after {job.limits.seconds:g} s", files) from None
        except ProcessLostError as error:
            raise _report_failure(job, str(error), files) from None
        finally:
            if healthy and process.jobs_done < _MAX_JOBS and not self._is_closed:
                self._put_back(process)
            else:
                self._stop(process)
        return reply, body

    async def _take(self) -> DecoderProcess:
        if not self._idle:
            return await DecoderProcess.start()
        process, timer = self._idle.pop()
        timer.cancel()
        return process

    def _put_back(self, process: DecoderProcess) -> None:
        timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._end_idle, process)
        self._idle.append((process, timer))

    def _end_idle(self, process: DecoderProcess) -> None:
        self._idle = [(other, timer) for other, timer in self._idle if other is not process]
        self._stop(process)

    def _stop(self, process: DecoderProcess) -> None:
        task = asyncio.create_task(process.stop())
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)


def _raise_error(job: DecodeJob[Any], reply: dict[str, Any]) -> NoReturn:
    kinds = {kind.__name__: kind for kind in (job.error, *job.error.__subclasses__())}
    raise kinds.get(str(reply.get("error")), job.error)(str(reply.get("message")))


def _report_failure(job: DecodeJob[Any], reason: object, files: Sequence[bytes]) -> Exception:
    """Log that a decoder failed on a file, and return the error to raise."""
    _log.warning(
        "a file was too much for its decoder", decoder=job.function, reason=str(reason), bytes=sum(map(len, files))
    )
    return job.error("the file was too much for its decoder")
