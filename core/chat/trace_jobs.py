"""The span of a job, as a part of the trace that began when its event came in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from core.chat.events.choose_lane import parse_platform_name
from core.queue import Job
from core.tracing import Tracer, read_context


def trace_jobs(handle: Callable[[Job], Awaitable[None]], tracer: Tracer) -> Callable[[Job], Awaitable[None]]:
    """Return a handler that notes what `handle` does with each job."""

    async def traced(job: Job) -> None:
        platform, kind = parse_platform_name(job.lane), job.lane_kind.name.lower()
        parent = read_context(job.payload)
        with tracer.span("job", "job", parent=parent, platform=platform, lane_kind=kind, attempt=job.attempt):
            await handle(job)

    return traced
