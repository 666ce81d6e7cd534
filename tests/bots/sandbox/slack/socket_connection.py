"""A bare connection to the simulated Slack, and the fixture that opens it."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false
# (slack_sdk is typed in part only; any key of an answer may be None)

from __future__ import annotations

from typing import Any

import aiohttp

from bots.sandbox.slack.simulator import SlackSim
from tests.bots.sandbox.slack.fixtures import APP_TOKEN, web_client


class Line:
    """A bare Socket Mode connection that acknowledges only when told."""

    def __init__(self, sim: SlackSim, session: aiohttp.ClientSession) -> None:
        self._sim = sim
        self._session = session
        self.socket: aiohttp.ClientWebSocketResponse | None = None

    async def connect(self) -> dict[str, Any]:
        """Open the connection and return its first frame."""
        async with web_client(self._sim) as client:
            opened = await client.apps_connections_open(app_token=APP_TOKEN)
        self.socket = await self._session.ws_connect(str(opened["url"]))
        return await self.receive()

    async def receive(self) -> dict[str, Any]:
        assert self.socket
        frame: dict[str, Any] = await self.socket.receive_json(timeout=2)
        return frame

    async def ack(self, envelope_id: str) -> None:
        assert self.socket
        await self.socket.send_json({"envelope_id": envelope_id})
