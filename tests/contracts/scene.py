"""Somebody has written to the bot, and a platform that is connected for real is about to answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as StoreLostError

from bots.running_platform import RunningPlatform
from core.chat.port.errors import RateLimitedError
from core.chat.port.incoming import Incoming
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from core.redis import LeaderLease, RateLimit, RateLimiter, Refusal

from .case import Case, Shared

FIRST = Page(start=0)
_TIMEOUT = 60.0
_Result = TypeVar("_Result")


@dataclass(slots=True)
class Time:
    """How fast the windows of the budgets pass."""

    speed: float = 50.0
    reserve: int = 0
    """Calls that every limit is short of; one is always left."""


class HastyRateLimiter(RateLimiter):
    """A budget as it is in Redis, whose windows pass faster than the clock, so that tests need not wait for them."""

    def __init__(self, redis: Redis, account: str, time: Time) -> None:
        super().__init__(redis, account)
        self._time = time

    async def ask(self, *limits: RateLimit, reserve: int = 0, person: str = "") -> Refusal | None:
        """See `RateLimiter.ask`."""
        passing = [replace(limit, seconds=limit.seconds / self._time.speed) for limit in limits]
        return await super().ask(*passing, reserve=reserve + self._time.reserve, person=person)


@dataclass(slots=True)
class Store:
    """Keeps each payload, but fails once for the one that holds `refuses`."""

    payloads: list[bytes] = field(default_factory=list[bytes])
    refused: list[bytes] = field(default_factory=list[bytes])
    refuses: bytes = b""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, payload: bytes, *following: bytes) -> int:
        del following
        if self.refuses and self.refuses in payload:
            self.refuses = b""
            self.refused.append(payload)
            raise StoreLostError("away")
        async with self.changed:
            self.payloads.append(payload)
            self.changed.notify_all()
        return 1


async def granted(call: Callable[[], Awaitable[_Result]]) -> _Result:
    """Repeat `call` until nobody asks to wait any more."""
    while True:
        try:
            return await call()
        except RateLimitedError as error:
            await asyncio.sleep(error.retry_after)


class Scene:
    """A case with a platform that listens, and the answer to what was said first."""

    def __init__(self, case: Case, platform: RunningPlatform, shared: Shared, time: Time, store: Store) -> None:
        self.case, self.platform, self.shared, self.time, self.store = case, platform, shared, time, store
        self.payload = b""
        self.incoming: Incoming
        self.outbox: Outbox

    async def begin(self) -> None:
        """Let the user write "hello"."""
        self.payload, self.incoming = await self.hear("hello")
        self.outbox = self.anew()

    def anew(self) -> Outbox:
        """Answer as a process would that knows nothing of former steps."""
        return self.platform.outbox(self.incoming)

    async def hear(self, text: str) -> tuple[bytes, Incoming]:
        """Let the user write `text`; return it as it was stored, and as it is read."""
        await self.case.persona.say(text)
        return await self.stored(lambda incoming: text in incoming.text)

    async def stored(self, wanted: Callable[[Incoming], object]) -> tuple[bytes, Incoming]:
        """Wait for a payload that reads so."""
        async with asyncio.timeout(_TIMEOUT), self.store.changed:
            while True:
                for payload in self.store.payloads:
                    incoming = self.platform.read(payload)
                    if incoming and wanted(incoming):
                        return payload, incoming
                await self.store.changed.wait()

    def screen(self) -> list[str]:
        """What the user sees of the bot's messages, the oldest first."""
        return self.case.persona.answers()

    def messages(self) -> list[str]:
        """The ids of all messages that the bot has ever shown."""
        return list(dict.fromkeys(step.message for step in self.case.persona.steps() if step.message))

    async def show(self, *texts: str, page: Page = FIRST, final: bool = False) -> Page:
        """Show one text after the other on one page, however long the budget takes; the last may be `final`."""
        for number, text in enumerate(texts, 1):
            shown, last = page, final and number == len(texts)
            page = await granted(
                lambda shown=shown, text=text, last=last: self.outbox.update_page(shown, text, final=last)
            )
        return page

    def sending(self, *, adopted: bool = False) -> Page:
        """A page whose first step is about to be sent, or was by a process that has died."""
        return replace(FIRST, sending=True, after=self.outbox.position_marker(), adopted=adopted)

    @asynccontextmanager
    async def elsewhere(self, address: str = "") -> AsyncGenerator[RunningPlatform]:
        """Give another process's platform, which listens, unless it looks for the API at an `address` of no use."""
        async with self.case.platform(self.shared, address=address) as platform:
            if address:
                yield platform
            else:
                async with listening(platform, self.store):
                    yield platform


@asynccontextmanager
async def listening(platform: RunningPlatform, store: Store) -> AsyncGenerator[None]:
    """Take events in, as the service does."""
    task = asyncio.create_task(platform.run(store.receive))
    try:
        async with asyncio.timeout(_TIMEOUT):
            while not platform.is_connected:  # noqa: ASYNC110 - a platform has no event to wait for
                await asyncio.sleep(0.005)
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def opened(case: Case, redis: Redis) -> AsyncGenerator[Scene]:
    """Connect a platform to the simulator of `case`, and let its user say hello."""
    time, store = Time(), Store()
    shared = Shared(lambda account: HastyRateLimiter(redis, account, time), lambda name: LeaderLease(redis, name))
    async with case.platform(shared) as platform, listening(platform, store):
        scene = Scene(case, platform, shared, time, store)
        await scene.begin()
        yield scene
