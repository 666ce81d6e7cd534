# pyright: reportUnknownMemberType=false
# redis-py leaves the answers to its commands untyped.
"""Reads that are asked for at the same time share one round trip."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

from redis.asyncio import Redis

from .execute_together import Command, execute_together, repeat_refused

_Batch: TypeAlias = list[tuple[tuple[Command, ...], asyncio.Future[list[Any]]]]
"""Commands, and who waits for their answers."""


class SharedReads:
    """Sends the commands of one turn of the event loop together, in the order in which they were asked for.

    So what a `gather` reads, or what many jobs read in the same moment, takes one trip and one connection.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._next: _Batch | None = None
        """What is sent in the next turn."""
        self._sending = set[asyncio.Task[list[Any]]]()

    async def fetch(self, *commands: Command) -> list[Any]:
        """Return the answers to commands that change nothing. Raises one of `STORE_ERRORS`."""
        answers: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        if self._next is None:
            self._next = _Batch()
            sending = asyncio.create_task(self._send(self._next))
            self._sending.add(sending)
            sending.add_done_callback(partial(self._hand_out, self._next))
        self._next.append((commands, answers))
        return await repeat_refused(self._redis, commands, await answers)

    async def _send(self, batch: _Batch) -> list[Any]:
        self._next = None
        return await execute_together(self._redis, [command for commands, _ in batch for command in commands])

    def _hand_out(self, batch: _Batch, sending: asyncio.Task[list[Any]]) -> None:
        """Give everybody who still waits their answers, or the error."""
        self._sending.discard(sending)
        found = iter([] if sending.cancelled() or sending.exception() else sending.result())
        for commands, answers in batch:
            own = list(islice(found, len(commands)))
            if answers.done():
                continue
            if sending.cancelled():
                answers.cancel()
            elif error := sending.exception():
                answers.set_exception(error)
            else:
                answers.set_result(own)
