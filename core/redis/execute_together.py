# pyright: reportUnknownMemberType=false
# redis-py leaves the packing of commands untyped.
"""Several commands in one round trip to the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

from redis.asyncio import Redis
from redis.asyncio.connection import Connection
from redis.exceptions import ResponseError

from .client import ScriptArgument

Command: TypeAlias = tuple[ScriptArgument, ...]


async def execute_together(redis: Redis, commands: Sequence[Command]) -> list[Any]:
    """Return the answer to each command, or the error with which it was refused; they are no transaction.

    Raises one of `STORE_ERRORS` where the store gave no answers. The SDK's pipelines do the same in more turns of the
    event loop, since each is an object with a state.
    """
    pool = redis.connection_pool
    connection = cast("Connection", await pool.get_connection())
    try:
        return await connection.retry.call_with_retry(
            lambda: _exchange(redis, connection, commands), lambda _: connection.disconnect()
        )
    finally:
        await pool.release(connection)


async def repeat_refused(redis: Redis, commands: Sequence[Command], answers: Sequence[Any]) -> list[Any]:
    """Return the answers, with that to a second call of each command that was refused: some are for a moment only.

    Raises one of `STORE_ERRORS`, among them the error of a command that is refused again.
    """
    return [
        await redis.execute_command(*command) if isinstance(answer, ResponseError) else answer
        for command, answer in zip(commands, answers, strict=True)
    ]


async def _exchange(redis: Redis, connection: Connection, commands: Sequence[Command]) -> list[Any]:
    await connection.send_packed_command(connection.pack_commands(commands))
    answers = list[Any]()
    for command in commands:
        try:
            answers.append(await redis.parse_response(connection, str(command[0])))
        except ResponseError as error:
            answers.append(error)
    return answers
