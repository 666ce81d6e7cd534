"""Receive events over Socket Mode; each is stored before it is acknowledged."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false, reportMissingTypeStubs=false
# slack_bolt leaves the bodies of requests and most return values untyped; this module is the only one that sees them.

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import aiohttp
import structlog
from slack_bolt import BoltResponse
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
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
    """Bolt over one socket, with a middleware that stores and acknowledges each payload.

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
        # Failures of the socket are logged below; the SDK's own log would contain its address, which is a secret.
        quiet = create_sdk_logger("socket", logging.CRITICAL)
        client = _BoundedClient(self._app_token, quiet, self._client, ping_interval=_PING_INTERVAL)
        client.admits = self._events.admits
        handler = _Handler(self._create_app(), self._app_token, client)
        handler.client.wss_uri = address
        # The SDK reads a proxy from environment variables and does not support SOCKS.
        handler.client.proxy = None
        unused, handler.client.aiohttp_client_session = handler.client.aiohttp_client_session, self._connect(address)
        await unused.close()
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                await handler.connect_async()
            await self._watch(handler, connected)
        except TimeoutError:
            _log.warning("no connection to Slack's socket")
        finally:
            connected(False)  # noqa: FBT003 - a setter
            await _close(handler)

    def _create_app(self) -> AsyncApp:
        # Before authorisation, so that an event is stored without any call of Slack's API.
        return AsyncApp(
            name=f"{__name__}.bolt",  # bolt sets the level of the logger with this name
            client=self._client,
            # Hides the warning that SLACK_BOT_TOKEN is unused, which bolt reads itself; the client has the token.
            logger=create_sdk_logger("slack_bolt", logging.ERROR),
            before_authorize=self._store,
            ssl_check_enabled=False,
            request_verification_enabled=False,
        )

    async def _store(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return BoltResponse(status=200, body=await self._events.acknowledge(request.body) or "")
        except NotStoredError:
            return BoltResponse(status=503)

    async def _watch(self, handler: _Handler, connected: Callable[[bool], None]) -> None:
        lost = 0.0
        while lost < _MAX_OUTAGE:
            up = await handler.client.is_connected()
            connected(up)
            pause = _CHECK_INTERVAL if up else _OUTAGE_CHECK_INTERVAL
            lost = 0.0 if up else lost + pause
            await asyncio.sleep(pause)
        _log.warning("Slack's socket is lost, asking for another one")


class _BoundedClient(SocketModeClient):
    """Reads frames by the reader that bounds and cleans all JSON from outside, instead of the SDK's.

    Bolt gets those whose payload `admits` takes; the others are acknowledged at once.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as the SDK declares it
        super().__init__(*arguments, **options)
        self.admits: Callable[[Json], bool] = lambda _: True
        self._handling = set[asyncio.Task[None]]()

    async def process_message(self) -> None:
        """Read the next frame, and have it handled in a task of its own."""
        frame = await self.message_queue.get()
        try:
            message = as_object(load_json(frame))
        except ValueError:
            _log.error("a frame of Slack's socket is not JSON, or too large or too deep to be read")
            return
        is_taken = self.admits(get_object(message, "payload"))
        answering = self.run_message_listeners(message, frame) if is_taken else self._acknowledge(message)
        task = asyncio.create_task(answering)
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)

    async def _acknowledge(self, message: Json) -> None:
        with suppress(aiohttp.ClientError, ConnectionError):  # Slack would send it again
            await self.send_socket_mode_response(SocketModeResponse(get_text(message, "envelope_id")))


class _Handler(AsyncSocketModeHandler):
    """Bolt's handler, with a client that is given."""

    def __init__(self, app: AsyncApp, app_token: str, client: SocketModeClient) -> None:
        self.app, self.app_token, self.client = app, app_token, client
        client.socket_mode_request_listeners.append(cast("Any", self.handle))


async def _close(handler: _Handler) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_CLOSE_TIMEOUT):
            await handler.close_async()
            return
    # The server did not close the connection; the second attempt does not wait for it.
    await handler.close_async()
