"""Taking events in over Socket Mode: each is stored before Slack is told that it arrived."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false, reportMissingTypeStubs=false
# slack_bolt leaves the bodies of requests and most return values untyped; this module is the only one that sees them.

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from slack_bolt import BoltResponse
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bots.lifecycle import ReceiveEvent, SuggestOptions
from bots.slack.api.call import sdk_logger
from core.chat.text.error_sentences import report_unreadable
from core.chat.unexpected import UnexpectedErrors
from core.redis import STORE_ERRORS

from .installation import PLATFORM, Installation
from .menu_search import find_options
from .parse import ignored_app

_log = structlog.get_logger()
_STORE_PATIENCE = 2.5
"""Seconds: Slack redelivers what is not acknowledged within 3."""
_PING = 5
"""Seconds between two pings; a connection whose other side is silent for 4 of them is lost."""
_CONNECT_PATIENCE = 10.0
_OUTAGE = 1.0
"""Seconds without a connection, more than a reconnection that Slack asked for takes; then it is made anew.

The SDK would mend it too, but later, and it would go on with an address that is good for one connection only.
"""
_GLANCE = 0.25
_CLOSE_PATIENCE = 2.0


class SocketListener:
    """Bolt over one socket, with a middleware that stores each payload and acknowledges it.

    `receive` gets `{"type": "events_api" | "slash_commands" | "interactive", "payload": ..., "bot": ..., "team": ...}`
    as JSON, and returns once that is durable. When it raises, or takes 2.5 seconds, Slack gets no acknowledgement and
    sends again. Searches in lists are not stored: `suggest` answers them in the acknowledgement itself. `connect` opens
    a session that knows the way to an address.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        app_token: str,
        installation: Installation,
        *,
        receive: ReceiveEvent,
        suggest: SuggestOptions,
        connect: Callable[[str], aiohttp.ClientSession],
    ) -> None:
        self._client = client
        self._suggest = suggest
        self._app_token = app_token
        self._installation = installation
        self._receive = receive
        self._connect = connect

    async def listen(self, address: str, connected: Callable[[bool], None]) -> None:
        """Take events in from the socket at `address`; return when it has been lost for good.

        Slack's own requests to reconnect are followed on the way; `connected` is told how it stands.
        """
        # Failures of the socket are told below; the SDK's own lines would hold its address, which is a secret.
        quiet = sdk_logger("socket", logging.CRITICAL)
        handler = AsyncSocketModeHandler(self._app(), self._app_token, logger=quiet, ping_interval=_PING)
        handler.client.wss_uri = address
        # The SDK takes a proxy from some variables of the environment, and knows no SOCKS.
        handler.client.proxy = None
        unused, handler.client.aiohttp_client_session = handler.client.aiohttp_client_session, self._connect(address)
        await unused.close()
        try:
            async with asyncio.timeout(_CONNECT_PATIENCE):
                await handler.connect_async()
            await self._watch(handler, connected)
        except TimeoutError:
            _log.warning("no connection to Slack's socket")
        finally:
            connected(False)  # noqa: FBT003 - a setter
            await _close(handler)

    def _app(self) -> AsyncApp:
        # Before authorisation: nothing that Slack's API may fail at stands between an event and its storage.
        return AsyncApp(
            name=f"{__name__}.bolt",  # it sets the level of the logger that is called so
            client=self._client,
            # It warns that SLACK_BOT_TOKEN is not used, which it looks up by itself; the client has it already.
            logger=sdk_logger("slack_bolt", logging.ERROR),
            before_authorize=self._store,
            ssl_check_enabled=False,
            request_verification_enabled=False,
        )

    async def _store(self, request: AsyncBoltRequest) -> BoltResponse:
        if request.body.get("type") == "block_suggestion":
            return BoltResponse(status=200, body=await find_options(request.body, self._suggest, self._installation))
        home = {"bot": self._installation.bot, "team": self._installation.team}
        stored = {"type": _kind(request.body), "payload": request.body, **home}
        try:
            async with asyncio.timeout(_STORE_PATIENCE):
                # A lone surrogate, which has no UTF-8 form, would be refused for ever.
                await self._receive(json.dumps(stored, ensure_ascii=False).encode(errors="replace"))
        except (TimeoutError, *STORE_ERRORS) as error:
            _log.warning("an event could not be stored, Slack will send it again", reason=type(error).__name__)
            return BoltResponse(status=503)
        self._note_ignored_app(request.body)
        return BoltResponse(status=200, body="")

    def _note_ignored_app(self, body: dict[str, Any]) -> None:
        with UnexpectedErrors() as unforeseen:  # it is stored, so whatever fails here must not bring it back
            if ids := ignored_app(body, self._installation):
                _log.info("an app that is not allowed was ignored", apps=sorted(ids), setting="SLACK_ALLOWED_APPS")
        if unforeseen.error is not None:
            report_unreadable(unforeseen.error, PLATFORM)

    async def _watch(self, handler: AsyncSocketModeHandler, connected: Callable[[bool], None]) -> None:
        lost = 0.0
        while lost < _OUTAGE:
            up = await handler.client.is_connected()
            connected(up)
            lost = 0.0 if up else lost + _GLANCE
            await asyncio.sleep(_GLANCE)
        _log.warning("Slack's socket is lost, asking for another one")


def _kind(body: dict[str, Any]) -> str:
    if body.get("type") == "event_callback":
        return "events_api"
    return "slash_commands" if "command" in body else "interactive"


async def _close(handler: AsyncSocketModeHandler) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_CLOSE_PATIENCE):
            await handler.close_async()
            return
    # The other side did not say goodbye; the second attempt does not wait for it.
    await handler.close_async()
