"""A whole platform in one file: the worked example of `docs/adding-a-platform.md`.

The service behind it posts what people write to our `/events`. We write to its `/messages/<id>`, under an id that we
choose: POST shows a message, PATCH changes it, GET tells whether there is one, DELETE removes it. It shows plain text.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Self

import aiohttp
from aiohttp import web

from bots.running_platform import ReceiveEvent, RunningPlatform
from core.chat.port.capabilities import Capabilities
from core.chat.port.errors import (
    ContentRejectedError,
    OutboxError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
)
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menus import Button
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from core.redis import STORE_ERRORS, RateLimit, RateLimiter

_TIMEOUT = aiohttp.ClientTimeout(total=5)
_PER_CHAT = 1, 0.5
"""Calls, and the seconds in which a chat takes so many."""
_ERRORS: dict[int, type[OutboxError]] = {404: RecipientGoneError, 410: RecipientGoneError, 422: ContentRejectedError}
"""What the core can do about a status; any other refusal counts as an outage."""


class WebhookOutbox(Outbox):
    """Answers one message. What it does not implement, the platform does not have."""

    def __init__(self, session: aiohttp.ClientSession, url: str, limiter: RateLimiter, incoming: Incoming) -> None:
        self._session, self._url, self._limiter, self._chat = session, url, limiter, incoming.chat.chat

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(page_limit=4000, edit_interval=0.5, max_group_edit_interval=0.5)

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        """Show or change the message; a blank one is not shown. Messages bear no buttons."""
        del buttons
        if not text.strip():
            return page
        shown = page.message_id or page.after or self.position_marker()
        method = "PATCH" if page.message_id else "POST"
        await self._call(method, shown, {"text": text[folded:], "reasoning": text[:folded]})
        return replace(page, message_id=shown, shown=len(text), adopted=False, done=final)

    async def send_text(self, text: str) -> None:
        """Show a message of its own."""
        await self.update_page(Page(start=0), text, final=True)

    def position_marker(self) -> str:
        """Choose the id of the next message: it is stored before the message is sent."""
        return uuid.uuid4().hex

    async def find_lost_message(self, page: Page) -> Page:
        """Ask for the message by the id that was stored."""
        try:
            await self._call("GET", page.after)
        except RecipientGoneError:
            return page
        return replace(page, message_id=page.after, adopted=True)

    async def delete_page(self, page: Page) -> None:
        """Delete the message; one that is deleted already is a success."""
        with contextlib.suppress(RecipientGoneError):
            await self._call("DELETE", page.message_id)

    async def _call(self, method: str, message_id: str, body: dict[str, str] | None = None) -> None:
        """Raise what the core can do about a failure; wait for nothing."""
        name = f"messages:{self._chat}"
        if wait := await self._limiter.acquire(RateLimit(name, *_PER_CHAT)):
            raise RateLimitedError(wait)
        url = f"{self._url}/messages/{message_id}"
        try:
            async with self._session.request(method, url, json={"chat": self._chat, **(body or {})}) as answer:
                status, retry_after = answer.status, float(answer.headers.get("Retry-After", 0))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PlatformUnreachableError(type(error).__name__) from error
        if status == web.HTTPTooManyRequests.status_code:
            await self._limiter.pause(name, retry_after)
            raise RateLimitedError(retry_after)
        if status >= web.HTTPBadRequest.status_code:
            raise _ERRORS.get(status, PlatformUnreachableError)(f"{method}: {status}")


class WebhookPlatform(RunningPlatform):
    """Listens for events at `port`; `limiters` gives the shared rate limits of an account."""

    name = "hook"

    def __init__(self, url: str, port: int, limiters: Callable[[str], RateLimiter]) -> None:
        self._url, self._port, self._limiter = url, port, limiters(self.name)
        self._session: aiohttp.ClientSession
        self._connected = False

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    @property
    def is_connected(self) -> bool:
        return self._connected

    async def run(self, receive: ReceiveEvent) -> None:
        """Serve `/events`; an event that could not be stored is not acknowledged, so that it comes again."""

        async def take(request: web.Request) -> web.Response:
            try:
                await receive(await request.read())
            except STORE_ERRORS:
                raise web.HTTPServiceUnavailable from None
            return web.Response()

        app = web.Application()
        app.router.add_post("/events", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port, reuse_port=True).start()  # several replicas listen
            self._connected = True
            await asyncio.Event().wait()
        finally:
            self._connected = False
            await runner.cleanup()

    def read(self, payload: bytes) -> Incoming | None:
        """Read what somebody wrote; a leading `/` or `!` makes it a command, which the core sees to."""
        event = json.loads(payload)
        user, chat = event["user"], ChatRef(self.name, "1", event["chat"])
        sender = Sender(user["id"], user["name"], user["locale"])
        return Incoming(chat, event["id"], event["id"], sender, event["text"], direct=True)

    def outbox(self, incoming: Incoming) -> WebhookOutbox:
        return WebhookOutbox(self._session, self._url, self._limiter, incoming)
