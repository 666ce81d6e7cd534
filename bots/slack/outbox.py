"""Answering in Slack: the core's `Outbox` for one incoming message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from core.chat.message import Incoming
from core.chat.outbox import (
    Capabilities,
    FloodedError,
    GoneError,
    Menu,
    Page,
    RefusedError,
    UnreachableError,
)

from .api import Api, Blocks
from .faults import UnavailableError
from .features import Feature
from .incoming import recipient_team, response_url
from .menus import menu_blocks, sentence
from .render import notification, stable
from .stream import Pages, Place

CAPABILITIES = Capabilities(
    page_limit=9_000,  # Slack: 12,000 characters of Markdown; what makes mentions harmless adds a third at most
    pace=0.75,  # eighty steps a minute, of a hundred that the whole workspace has
    pace_group=0.75,
    threads=True,
    page_seconds=230,  # Slack closes a stream after 5 minutes, even one that grows
)
_WORKING = "is thinking…"
_STATUS_PATIENCE = 3.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Features:
    """What the workspace has, as far as it is known by now."""

    streams: Feature = field(default_factory=Feature)
    status: Feature = field(default_factory=Feature)


class SlackOutbox:
    """Shows answers in the thread of `incoming`, or to its user alone where it was a command or an action."""

    def __init__(self, api: Api, incoming: Incoming, features: Features, bot: Callable[[], str]) -> None:
        """`bot` tells our own user id, "" while that is unknown."""
        self._api = api
        self._bot = bot
        self._incoming = incoming
        self._features = features
        self._channel = incoming.chat.chat
        self._thread = incoming.thread
        self._url = response_url(incoming)
        place = Place(self._channel, self._thread, incoming.sender.id, recipient_team(incoming))
        self._pages = Pages(api, place, features.streams)

    @property
    def capabilities(self) -> Capabilities:
        """Slack's limits."""
        return CAPABILITIES

    async def show(self, page: Page, text: str, *, final: bool) -> Page:
        """Show `text` as a native stream, or as a message that is updated where streams are not to be had."""
        return await self._pages.show(page, text, final=final)

    def horizon(self) -> str:
        """The ts of our newest message in the channel."""
        return self._api.newest_post(self._channel)

    async def recover(self, page: Page) -> Page:
        """See `Outbox`; what answers a command outside of threads cannot be looked up."""
        if not self._thread:
            return page
        if not self._bot():
            raise UnreachableError("Slack has not told yet who the bot is")
        older = (self._thread, self._incoming.message_id, page.after)
        return await self._pages.recover(page, self._bot(), max((ts for ts in older if ts), key=float))

    async def remove(self, page: Page) -> None:
        """Delete the message; one that is gone already is a success."""
        await self._pages.remove(page)

    async def say(self, text: str) -> None:
        """Answer a command or an action to its user alone, everything else in the thread."""
        if self._url and self._thread:  # a response_url would answer beside the thread
            await self._whisper_without_url(sentence(text), notification(text), replace=False)
        elif self._url:
            await self._whisper(sentence(text), notification(text), replace=False)
        else:
            await self._api.post(self._channel, self._thread, stable(text, final=True))

    async def choose(self, menu: Menu) -> None:
        """Show the menu like `say`; in place of the menu that was picked from."""
        blocks, text = menu_blocks(menu), notification(menu.title)
        if self._url:
            await self._whisper(blocks, text, replace=self._incoming.choice is not None)
        else:
            await self._api.post_blocks(self._channel, self._thread, blocks, text)

    async def working(self) -> None:
        """Show a status under the thread; Slack takes it away with the reply."""
        status = self._features.status
        if not self._thread or not status.available(self._channel):
            return
        try:
            async with asyncio.timeout(_STATUS_PATIENCE):
                await self._api.set_status(self._channel, self._thread, _WORKING)
        except UnavailableError as error:
            status.lacking(self._channel, error)
        except (FloodedError, UnreachableError, RefusedError, GoneError, TimeoutError) as error:
            _log.debug("no status shown", reason=str(error))

    async def _whisper(self, blocks: Blocks, text: str, *, replace: bool) -> None:
        try:
            await self._api.respond(self._url, blocks, text, replace=replace)
        except RefusedError as error:
            _log.info("the response_url is used up, answering without it", reason=str(error))
            await self._whisper_without_url(blocks, text, replace=replace)

    async def _whisper_without_url(self, blocks: Blocks, text: str, *, replace: bool) -> None:
        if replace:
            await self._api.update_blocks(self._channel, self._incoming.message_id, blocks, text)
        else:
            await self._api.whisper(self._channel, self._incoming.sender.id, self._thread, blocks, text)
