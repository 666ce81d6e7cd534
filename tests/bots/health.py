"""What a program among simulators says of its own health."""

from __future__ import annotations

import asyncio
import socket

import aiohttp


class Health:
    """The program's HTTP surface."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])

    async def fetch_status(self) -> int:
        """The status of `/readyz`, 0 while nobody listens."""
        return (await self._asked())[0]

    async def fetch_checks(self) -> dict[str, object]:
        """What `/readyz` says of each part."""
        return (await self._asked())[1]

    async def _asked(self) -> tuple[int, dict[str, object]]:
        try:
            async with (
                aiohttp.ClientSession(f"http://127.0.0.1:{self.port}") as session,
                session.get("/readyz") as answer,
            ):
                return answer.status, await answer.json()
        except aiohttp.ClientConnectionError:
            return 0, {}

    async def wait_for_status(self, status: int) -> None:
        """Wait for a status of `/readyz`."""
        async with asyncio.timeout(60):
            while await self.fetch_status() != status:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
