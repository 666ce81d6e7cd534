# pyright: reportUnknownMemberType=false
# redis-py leaves the arguments of its pools and scripts untyped; this is the one place that builds them.
"""The way to Redis: how its connections behave when the server is slow, restarting or gone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib import resources
from typing import Any, TypeAlias, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import EqualJitterBackoff
from redis.exceptions import RedisClusterException, RedisError

STORE_DOWN: tuple[type[Exception], ...] = (RedisError, RedisClusterException)
"""What an operation on the store raises when the store did not do it: unreachable, restarting, full, read-only.

A script of ours is refused for no other reason, so every error of the client's counts.
"""

Argument: TypeAlias = str | bytes | int | float
"""What a script may be given."""


class _Client(Redis):
    """A client whose calls can be cancelled on Python 3.11, too.

    It sends with `asyncio.wait_for`, which loses a cancellation that comes while the send completes
    (https://github.com/python/cpython/issues/86296, fixed in 3.12); a fenced or drained task would then go on.
    """

    async def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as redis-py declares it
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        try:
            answer = cast("object", await super().execute_command(*args, **options))
        finally:
            if task and task.cancelling() > before:
                raise asyncio.CancelledError
        return answer


def connect(url: str, *, max_connections: int = 64, retries: int = 10, answer_seconds: float = 10.0) -> Redis:
    """Make a client for `url` (`redis://`, `rediss://`, `unix://`); connects when first used.

    A call waits for a free connection instead of failing, and is sent again when the connection breaks, no answer
    comes for `answer_seconds`, or the server is not there: ten retries take some five seconds, so a restarting server
    is survived in place. Whatever is called must therefore be idempotent. `retries=0` suits a probe. Answers are
    `bytes`. The caller closes it with `aclose()`.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        timeout=None,  # wait for a connection: the default pool raises when 100 are in use
        socket_connect_timeout=5,
        socket_timeout=answer_seconds,
        retry=Retry(EqualJitterBackoff(cap=1, base=0.05), retries=retries),
        protocol=2,
        legacy_responses=True,
    )
    return _Client.from_pool(pool)


class Script:
    """Lua scripts of this package, `scripts/<name>.lua`, joined to one and sent by its digest."""

    def __init__(self, redis: Redis, *names: str) -> None:
        folder = resources.files(__name__.rpartition(".")[0]).joinpath("scripts")
        sources = [folder.joinpath(f"{name}.lua").read_text("utf-8") for name in names]
        self._script = redis.register_script("\n".join(sources))

    async def __call__(self, keys: Sequence[str], arguments: Sequence[Argument]) -> object:
        """Run it; raises one of `STORE_DOWN`. The keys must share a hash tag."""
        answer: object = await self._script(keys=list(keys), args=list(arguments))
        return answer
