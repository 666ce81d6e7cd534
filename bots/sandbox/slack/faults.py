"""Scripted faults: calls that fail, are slow, or whose answers get lost."""

from collections import defaultdict, deque
from collections.abc import Container
from dataclasses import dataclass

ANY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """The fault of one call: an error in a 200 answer, an HTTP status, a lost request, a lost or senseless answer."""

    error: str | None = None
    status: int = 200
    words: str = ""
    """Of the page that comes with a status."""
    retry_after: int | None = None
    lose_answer: bool = False
    lose_request: bool = False
    garble: bool = False
    cut: bool = False
    argument: str = ""
    """Only calls with this argument are concerned; "" is any call."""


class Faults:
    """Faults queued per method; each is used up by one call. "*" means whichever method is called next."""

    def __init__(self) -> None:
        self._queued: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._delays: dict[str, float] = {}

    def fail(self, method: str, error: str = "internal_error", *, times: int = 1, argument: str = "") -> None:
        """Answer the next calls, or those with this argument, `ok: false` with *error*; nothing is carried out."""
        self._queue(method, Fault(error=error, argument=argument), times)

    def break_down(self, method: str, *, status: int = 500, words: str = "Server Error", times: int = 1) -> None:
        """Answer the next calls with an HTTP status and an HTML page; nothing is carried out."""
        self._queue(method, Fault(status=status, words=words), times)

    def flood(self, method: str, *, retry_after: int = 1, times: int = 1) -> None:
        """Answer the next calls HTTP 429 with *retry_after* seconds."""
        self._queue(method, Fault(error="ratelimited", status=429, retry_after=retry_after), times)

    def lose_answers(self, method: str, *, times: int = 1) -> None:
        """Carry the next calls out, then cut the connection instead of answering."""
        self._queue(method, Fault(lose_answer=True), times)

    def lose_requests(self, method: str, *, times: int = 1) -> None:
        """Cut the connection of the next calls before they are carried out."""
        self._queue(method, Fault(lose_request=True), times)

    def garble(self, method: str, *, times: int = 1) -> None:
        """Carry the next calls out and answer `ok: true` without any field of the method."""
        self._queue(method, Fault(garble=True), times)

    def cut(self, method: str, *, times: int = 1) -> None:
        """Carry the next calls out and answer with a part of the body."""
        self._queue(method, Fault(cut=True), times)

    def delay(self, method: str, seconds: float) -> None:
        """Delay each call of *method* before it is handled; 0 ends the delay."""
        self._delays[method] = seconds

    def clear(self) -> None:
        """Remove all faults and delays."""
        self._queued.clear()
        self._delays.clear()

    def take(self, method: str, arguments: Container[str] = ()) -> Fault | None:
        for queue in (self._queued[method], self._queued[ANY_METHOD]):
            for fault in queue:
                if not fault.argument or fault.argument in arguments:
                    queue.remove(fault)
                    return fault
        return None

    def get_delay(self, method: str) -> float:
        return self._delays.get(method, self._delays.get(ANY_METHOD, 0.0))

    def _queue(self, method: str, fault: Fault, times: int) -> None:
        self._queued[method].extend([fault] * times)
