# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Requests of people and groups that would like to use the bot, and when they were told that they may not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from time import time
from typing import TypeVar, cast

from redis.asyncio import Redis

from core.redis.client import Script
from core.redis.wrong_type_keys import ForeignKeys, KeyType

from .record_types import AccessRequest, pack_record, unpack_record
from .redis_keys import DECISION_KEY, NOTED_KEY, NOTICES_KEY, REQUEST_TIMES_KEY, REQUESTS_KEY

REDELIVERY_SECONDS = 86_400
"""For which is kept what was done about an event: longer than a service in use stays down."""
_SCRIPTS = Path(__file__).with_name("scripts")
_NOTICE_INTERVAL = timedelta(days=1)
_REQUEST_LIFETIME = timedelta(days=7)
_MAX_NOTICES, _MAX_REQUESTS = 10_000, 50
_TYPES: dict[str, KeyType] = {REQUESTS_KEY: "hash", REQUEST_TIMES_KEY: "zset", NOTICES_KEY: "zset"}

_T = TypeVar("_T")


def name_decision(subject: str, event: str) -> str:
    """Return the key of what an event has decided about a request."""
    return f"{DECISION_KEY}{subject}:{event}"


class RequestRegister:
    """Keeps the requests that wait, by their subjects: `u:` and the name of a person, or `c:` and that of a group.

    `AccessRegister` removes a request together with the decision about it. Every method raises one of `STORE_ERRORS`
    when the store is away.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._foreign = ForeignKeys(redis)
        self._note = Script(redis, _SCRIPTS, "note_refusal")
        self._complete = Script(redis, _SCRIPTS, "complete_request")

    async def list(self) -> dict[str, AccessRequest]:
        """Return the requests that wait, by the person or group that they are about."""
        stored = await self._run(lambda: cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(REQUESTS_KEY)))
        requests = {name.decode(): unpack_record(value, AccessRequest) for name, value in stored.items()}
        return {name: request for name, request in requests.items() if request is not None}

    async def note_refusal(self, subject: str, request: AccessRequest | None, *, event: str) -> tuple[bool, bool]:
        """Note that a person or group is refused, and put down a request if there is one.

        Returns whether to tell them, which is so once a day, and whether to ask the admins; of the same event always
        the same.
        """
        arguments = [
            *(subject, pack_record(request) if request else "", time()),
            *(_NOTICE_INTERVAL.total_seconds(), _MAX_NOTICES, _REQUEST_LIFETIME.total_seconds(), _MAX_REQUESTS),
            REDELIVERY_SECONDS,
        ]
        keys = [NOTICES_KEY, REQUESTS_KEY, REQUEST_TIMES_KEY, f"{NOTED_KEY}{subject}:{event}"]
        answer = int(str(await self._run(lambda: self._note(keys, arguments))))
        return answer > 0, answer > 1

    async def complete(self, subject: str, request: AccessRequest) -> None:
        """Put down more of a request that waits."""
        await self._run(lambda: self._complete([REQUESTS_KEY], [subject, pack_record(request)]))

    async def get(self, subject: str, *, event: str) -> AccessRequest | None:
        """Return a request that waits, or that an earlier delivery of `event` has decided; None for any other."""

        async def read() -> bytes | None:
            async with self._redis.pipeline(transaction=True) as steps:
                steps.get(name_decision(subject, event))
                steps.hget(REQUESTS_KEY, subject)
                decided, waiting = cast("tuple[bytes | None, bytes | None]", await steps.execute())
            return decided or waiting

        return unpack_record(await self._run(read), AccessRequest)

    async def withdraw(self, subject: str) -> None:
        """Remove a request about which nobody needs to decide any more."""

        async def remove() -> None:
            async with self._redis.pipeline(transaction=True) as steps:
                steps.hdel(REQUESTS_KEY, subject)
                steps.zrem(REQUEST_TIMES_KEY, subject)
                await steps.execute()

        await self._run(remove)

    async def forget_notice(self, subject: str) -> None:
        """Let a person or group be told again from now on."""
        await self._run(lambda: self._redis.zrem(NOTICES_KEY, subject))

    async def _run(self, step: Callable[[], Awaitable[_T]]) -> _T:
        return await self._foreign.retry_without(_TYPES, step)
