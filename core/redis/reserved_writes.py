"""Small writes that succeed also while the store is short of memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from redis.asyncio import Redis

from .client import Script, ScriptArgument

_SCRIPTS = Path(__file__).with_name("scripts")


class ReservedWrites:
    """Runs commands that finish what was accepted. At `maxmemory` Redis would refuse them, and nothing would move.

    The inbox refuses new messages before memory is short, so what is written here fits into what it keeps free.
    """

    def __init__(self, redis: Redis) -> None:
        self._write = Script(redis, _SCRIPTS, "reserved_write")

    async def run(self, key: str, *commands: Sequence[ScriptArgument]) -> object:
        """Run commands on `key` in one step; return the answer to the last. Raises one of `STORE_ERRORS`."""
        words = [word for command in commands for word in (len(command), *command)]
        return await self._write([key], words)
