"""What a client tells of its calls, for whoever measures them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Literal, Protocol, TypeAlias, TypeVar

from core.tracing import Tracer

from .errors import WanjieError

_T = TypeVar("_T")
CallKind: TypeAlias = Literal["chat", "speech", "transcription", "image"]


class CallObserver(Protocol):
    """Is told of each attempt of a call; every method returns at once and raises nothing."""

    def note_models(self, names: Sequence[str], /) -> None:
        """Take the list of the key's models."""

    def note_response(self, kind: CallKind, model: str, seconds: float, /) -> None:
        """Take the time until a response was complete; of a stream, until its first delta."""

    def note_error(self, kind: CallKind, model: str, error: WanjieError, /) -> None:
        """Take the error of a call that failed, or of a stream that broke off after its first delta."""


def trace(
    tracer: Tracer, kind: CallKind, model: str, attempt: Callable[[], Awaitable[_T]]
) -> Callable[[], Awaitable[_T]]:
    """Return `attempt` as a span of the job around it; of a stream, until its first delta."""

    async def traced() -> _T:
        with tracer.span(f"model {kind}", "call", model=model):
            return await attempt()

    return traced


def observe(
    observer: CallObserver | None, kind: CallKind, model: str, attempt: Callable[[], Awaitable[_T]]
) -> Callable[[], Awaitable[_T]]:
    """Return `attempt`, of which `observer` is told."""
    if observer is None:
        return attempt

    async def observed() -> _T:
        started_at = monotonic()
        try:
            result = await attempt()
        except WanjieError as error:
            observer.note_error(kind, model, error)
            raise
        observer.note_response(kind, model, monotonic() - started_at)
        return result

    return observed
