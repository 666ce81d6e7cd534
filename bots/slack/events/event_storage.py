"""Store what Slack sends, however it comes, and say what acknowledges it."""

from __future__ import annotations

import asyncio
import json

import structlog

from bots.running_platform import ReceiveEvent, SuggestOptions
from core.chat.text.error_keys import log_unreadable_event
from core.chat.unexpected_errors import UnexpectedErrors
from core.json_reader import Json
from core.redis import STORE_ERRORS

from .installation import PLATFORM, Installation
from .menu_search import find_options
from .parse import find_ignored_app

_log = structlog.get_logger()
_STORE_TIMEOUT = 2.5
"""Seconds: Slack redelivers what is not acknowledged within 3."""
_RETRY_DELAY = 0.25
"""Seconds until an event is stored again that the store has refused, for want of memory for instance."""


class NotStoredError(Exception):
    """The store did not take an event in time; Slack must not get an acknowledgement."""


class EventStorage:
    """Stores each payload by `receive`, which returns once it is stored durably.

    `receive` gets `{"type": "events_api" | "slash_commands" | "interactive", "payload": ..., "bot": ..., "team": ...}`
    as JSON. If it raises, it is called again, for 2.5 seconds in all. Searches in select menus are not stored:
    `suggest` answers them in the acknowledgement.
    """

    def __init__(self, installation: Installation, receive: ReceiveEvent, suggest: SuggestOptions) -> None:
        self._installation = installation
        self._receive = receive
        self._suggest = suggest

    async def acknowledge(self, body: Json) -> Json | None:
        """Store a payload and return the body of its acknowledgement, None for an empty one.

        Takes at most 2.5 seconds. Raises `NotStoredError`.
        """
        if body.get("type") == "block_suggestion":
            return await find_options(body, self._suggest, self._installation)
        installation = {"bot": self._installation.bot, "team": self._installation.team}
        stored = {"type": _event_type(body), "payload": body, **installation}
        try:
            await self._receive_with_retries(json.dumps(stored, ensure_ascii=False).encode())
        except (TimeoutError, *STORE_ERRORS) as error:
            _log.warning("an event could not be stored, Slack will send it again", reason=type(error).__name__)
            raise NotStoredError from error
        self._log_ignored_app(body)
        return None

    async def _receive_with_retries(self, payload: bytes) -> None:
        """Store an event, as often as there is time for; Slack sends presses and commands only once.

        Raises the last error of the store, or a `TimeoutError`.
        """
        refusal: Exception | None = None
        try:
            async with asyncio.timeout(_STORE_TIMEOUT):
                while True:
                    try:
                        return await self._receive(payload)
                    except STORE_ERRORS as error:
                        refusal = error
                    await asyncio.sleep(_RETRY_DELAY)
        except TimeoutError:
            if refusal is None:
                raise
            raise refusal from None

    def _log_ignored_app(self, body: Json) -> None:
        with UnexpectedErrors() as unexpected:  # the event is stored, so an error here must not cause a redelivery
            if ids := find_ignored_app(body, self._installation):
                _log.info("an app that is not allowed was ignored", apps=sorted(ids), setting="SLACK_ALLOWED_APPS")
        if unexpected.error is not None:
            log_unreadable_event(unexpected.error, PLATFORM)


def _event_type(body: Json) -> str:
    if body.get("type") == "event_callback":
        return "events_api"
    return "slash_commands" if "command" in body else "interactive"
