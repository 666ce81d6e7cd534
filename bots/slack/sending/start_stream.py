"""Starting a native stream for a page of an answer."""

from __future__ import annotations

import structlog

from bots.slack.api.errors import BLOCK_CODES, LENGTH_CODES, MethodUnavailableError
from bots.slack.api.methods import SlackApi, StreamContent
from bots.slack.api.missing_features import Features
from bots.slack.blocks.message_content import RenderedPage, first_chunks
from core.chat.port.errors import ContentRejectedError, RateLimitedError, RecipientGoneError
from core.chat.port.menus import Button

from .message_state import CHUNKS, EDIT, STREAM
from .page_update import Destination

_log = structlog.get_logger()


class StreamStarter:
    """Starts streams for the reader of one answer."""

    def __init__(self, api: SlackApi, destination: Destination, features: Features) -> None:
        self._api = api
        self._destination = destination
        self._features = features

    async def start(self, body: RenderedPage, buttons: tuple[Button, ...]) -> tuple[str, str]:
        """Start a stream; return its ts and mode, ("", EDIT) where streams are unavailable."""
        if not (self._destination.thread and self._destination.user) or not self._features.streams.is_available(
            self._destination.channel
        ):
            return "", EDIT
        try:
            if (
                (buttons or body.reasoning)
                and not body.exceeds_stream
                and (ts := await self._start_with_chunks(body, buttons))
            ):
                return ts, CHUNKS
            if body.answer.strip():
                return await self._request(body.answer), STREAM
        except MethodUnavailableError as error:
            _log.warning("Slack does not stream here, messages are updated instead", reason=error)
            self._features.streams.record_unavailable(self._destination.channel, error)
        except (
            ContentRejectedError,
            RecipientGoneError,
        ) as error:  # a post will find out whether the channel is reachable
            _log.warning("Slack refused a stream, a message is updated instead", reason=error)
        except RateLimitedError:
            pass  # streams are scarce; an updated message serves the reader as well
        return "", EDIT

    async def _start_with_chunks(self, body: RenderedPage, buttons: tuple[Button, ...]) -> str:
        """Start a stream with buttons and reasoning; return "" where chunk streams are unavailable."""
        if not self._features.chunks.is_available(self._destination.channel):
            return ""
        try:
            return await self._request(first_chunks(body, buttons))
        except ContentRejectedError as error:
            if str(error) not in BLOCK_CODES:
                raise
            _log.warning("Slack streams no buttons and no reasoning here", reason=error)
            if str(error) not in LENGTH_CODES:
                self._features.chunks.disable()
            return ""

    async def _request(self, content: StreamContent) -> str:
        destination = self._destination
        return await self._api.start_stream(
            destination.channel, destination.thread, content, user=destination.user, team=destination.team
        )
