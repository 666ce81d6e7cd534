# pyright: reportUnknownMemberType=false
# redis-py leaves its pipelines untyped.
"""Reads that are asked for at the same time share one round trip."""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from .client import ScriptArgument

_Command: TypeAlias = tuple[ScriptArgument, ...]


class SharedReads:
    """Sends the commands of one turn of the event loop together, in the order in which they were asked for.

    So what a `gather` reads, or what many jobs read in the same moment, takes one trip and one connection.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._commands: list[_Command] = []
        self._sending: asyncio.Task[list[Any]] | None = None
        """Waits until everything that is ready now has run; None once it has begun to send."""

    async def fetch(self, *commands: _Command) -> list[Any]:
        """Return the answers to commands that change nothing. Raises one of `STORE_ERRORS`."""
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        sending, start = self._sending, len(self._commands)
        self._commands += commands
        answers = (await asyncio.shield(sending))[start : start + len(commands)]
        return [
            await self._redis.execute_command(*command)  # which repeats what is refused for a moment
            if isinstance(answer, ResponseError)
            else answer
            for command, answer in zip(commands, answers, strict=True)
        ]

    async def _send(self) -> list[Any]:
        """Return the answer to each command, or the error with which it was refused."""
        await asyncio.sleep(0)  # a `gather` within a `gather` has its turn
        commands, self._commands, self._sending = self._commands, [], None
        if len(commands) == 1:
            return [await self._redis.execute_command(*commands[0])]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            answers: list[Any] = await pipeline.execute(raise_on_error=False)
        return answers
