"""Receive events over Socket Mode; each is stored before it is acknowledged."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false, reportMissingTypeStubs=false
# slack_sdk leaves its socket client untyped in part; this module is the only one that sees it.

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import aiohttp
import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.call import create_sdk_logger
from core.json_reader import Json, as_object, get_object, get_text, load_json

from .acknowledger import EventAcknowledger, NotStoredError

_log = structlog.get_logger()
_PING_INTERVAL = 5
"""Seconds between two pings; after 4 unanswered pings the connection is lost."""
_CONNECT_TIMEOUT = 10.0
_MAX_OUTAGE = 1.0
"""Seconds without a connection before a new address is requested; longer than a reconnection that Slack asked for.

The SDK would reconnect as well, but later, and to an address that is valid for one connection only.
"""
_CHECK_INTERVAL, _OUTAGE_CHECK_INTERVAL = 1.0, 0.25
"""Seconds between two looks at the connection while it stands, and while it does not."""
_CLOSE_TIMEOUT = 2.0


class SocketListener:
    """Has each payload that comes over a socket stored, and acknowledges it then.

    What cannot be stored gets no acknowledgement, so that Slack sends it again. `connect` opens a session for an
    address, through a proxy if there is one.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        app_token: str,
        events: EventAcknowledger,
        connect: Callable[[str], aiohttp.ClientSession],
    ) -> None:
        self._client = client
        self._app_token = app_token
        self._events = events
        self._connect = connect

    async def listen(self, address: str, connected: Callable[[bool], None]) -> None:
        """Receive events from the socket at `address`; return when the connection is lost.

        Slack's own requests to reconnect are followed; `connected` is called with the state of the connection.
        """
        client = _Socket(self._app_token, self._client, self._events)
        client.wss_uri = address
        # The SDK reads a proxy from environment variables and does not support SOCKS.
        client.proxy = None
        unused, client.aiohttp_client_session = client.aiohttp_client_session, self._connect(address)
        await unused.close()
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                await client.connect()
            await self._watch(client, connected)
        except TimeoutError:
            _log.warning("no connection to Slack's socket")
        finally:
            connected(False)  # noqa: FBT003 - a setter
            await _close(client)

    async def _watch(self, client: SocketModeClient, connected: Callable[[bool], None]) -> None:
        lost = 0.0
        while lost < _MAX_OUTAGE:
            up = await client.is_connected()
            connected(up)
            pause = _CHECK_INTERVAL if up else _OUTAGE_CHECK_INTERVAL
            lost = 0.0 if up else lost + pause
            await asyncio.sleep(pause)
        _log.warning("Slack's socket is lost, asking for another one")


class _Socket(SocketModeClient):
    """The SDK's connection, whose frames are read by the reader that bounds and cleans all JSON from outside.

    Payloads go to `events` without Bolt, which would look for a listener first.
    """

    def __init__(self, app_token: str, client: AsyncWebClient, events: EventAcknowledger) -> None:
        # Failures of the socket are logged by us; the SDK's own log would contain its address, which is a secret.
        quiet = create_sdk_logger("socket", logging.CRITICAL)
        super().__init__(app_token, quiet, client, ping_interval=_PING_INTERVAL)
        self._events = events
        self._handling = set[asyncio.Task[None]]()

    async def process_message(self) -> None:
        """Read the next frame, and have it handled in a task of its own."""
        frame = await self.message_queue.get()
        try:
            message = as_object(load_json(frame))
        except ValueError:
            _log.error("a frame of Slack's socket is not JSON, or too large or too deep to be read")
            return
        has_payload = bool(get_text(message, "envelope_id"))  # else it is about the connection
        task = asyncio.create_task(self._answer(message) if has_payload else self.run_message_listeners(message, frame))
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)

    async def _answer(self, message: Json) -> None:
        """Acknowledge a payload once it is stored; one that is not taken, at once."""
        payload, answer = get_object(message, "payload"), None
        if self._events.admits(payload):
            try:
                answer = await self._events.acknowledge(payload)
            except NotStoredError:
                return
        with suppress(aiohttp.ClientError, ConnectionError):  # Slack would send it again
            await self.send_socket_mode_response(SocketModeResponse(get_text(message, "envelope_id"), answer))


async def _close(client: SocketModeClient) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_CLOSE_TIMEOUT):
            await client.close()
            return
    # The server did not close the connection; the second attempt does not wait for it.
    await client.close()
