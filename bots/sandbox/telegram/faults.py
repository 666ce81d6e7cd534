"""Faults that a test scripts: refusals, lost requests and answers, delays, stalls."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .errors import ApiError

ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Answer with this error instead of doing the work."""

    status: int
    description: str
    parameters: Mapping[str, int] = field(default_factory=dict[str, int])

    def make_error(self) -> ApiError:
        return ApiError(self.status, self.description, self.parameters)


@dataclass(frozen=True, slots=True)
class GatewayPage:
    """Answer 502 with the HTML page of the proxy in front, as during an outage."""

    words: str = "nginx"


@dataclass(frozen=True, slots=True)
class LostRequest:
    """Close the connection without doing the work."""


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """Do the work, then close the connection without an answer."""


@dataclass(frozen=True, slots=True)
class SenselessAnswer:
    """Do the work, then answer with a result of another type than the method has."""


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """Do the work, then answer with a part of the body: a gateway that counts its bytes wrong."""


Fault = Refusal | GatewayPage | LostRequest | LostAnswer | SenselessAnswer | CutAnswer


class Faults:
    """The faults of the next calls, by method name, or by `"*"` for any method."""

    def __init__(self) -> None:
        self.delays: dict[str, float] = {}
        """Seconds that a method takes before it does its work."""
        self._script: defaultdict[str, deque[Fault]] = defaultdict(deque[Fault])
        self._stalled: dict[str, asyncio.Event] = {}

    def fail(
        self, method: str, status: int, description: str, *, times: int = 1, parameters: Mapping[str, int] | None = None
    ) -> None:
        """Refuse the next *times* calls of a method, or of any method with `"*"`."""
        self._add(method, Refusal(status, description, parameters or {}), times)

    def bad_gateway(self, method: str = ANY, *, words: str = "nginx", times: int = 1) -> None:
        """Answer 502 with an HTML page."""
        self._add(method, GatewayPage(words), times)

    def cut(self, method: str = ANY, *, times: int = 1) -> None:
        """Answer with a part of the body."""
        self._add(method, CutAnswer(), times)

    def lose_request(self, method: str = ANY, *, times: int = 1) -> None:
        """Cut the connection before the work is done."""
        self._add(method, LostRequest(), times)

    def lose_answer(self, method: str = ANY, *, times: int = 1) -> None:
        """Do the work, then cut the connection: the bot cannot know that the message is there."""
        self._add(method, LostAnswer(), times)

    def garble(self, method: str = ANY, *, times: int = 1) -> None:
        """Do the work, then answer with a result that makes no sense."""
        self._add(method, SenselessAnswer(), times)

    def delay(self, method: str, seconds: float) -> None:
        """Let every call of a method take *seconds* before it does its work; 0 ends that."""
        self.delays[method] = seconds

    def take(self, method: str) -> Fault | None:
        """Take the fault that the next call of *method* meets."""
        for name in (method, ANY):
            if self._script[name]:
                return self._script[name].popleft()
        return None

    def clear(self) -> None:
        """Remove all scripted faults and release stalled calls."""
        self._script.clear()
        self.delays.clear()
        for method in list(self._stalled):
            self.release(method)

    def stall(self, method: str = "getUpdates") -> None:
        """Make calls of *method* hang until `release`."""
        self._stalled.setdefault(method, asyncio.Event())

    def release(self, method: str = "getUpdates") -> None:
        stalled = self._stalled.pop(method, None)
        if stalled:
            stalled.set()

    async def hold(self, method: str) -> None:
        """Wait as long as a call of *method* is delayed or stalled."""
        delay = self.delays.get(method, self.delays.get(ANY, 0.0))
        if delay:
            await asyncio.sleep(delay)
        stalled = self._stalled.get(method)
        if stalled:
            await stalled.wait()

    def _add(self, method: str, fault: Fault, times: int) -> None:
        self._script[method].extend([fault] * times)
