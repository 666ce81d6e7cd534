"""Answers that no sane server gives, for a server started by the fixture `raw_server`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from aiohttp import web

from core.settings import WanjieSettings
from core.wanjie import Delta, ReasoningDelta, TextDelta, WanjieClient

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
RawServer: TypeAlias = Callable[[Handler], Awaitable[str]]
SettingsFactory: TypeAlias = Callable[..., WanjieSettings]
ClientFactory: TypeAlias = Callable[..., AbstractAsyncContextManager[WanjieClient]]
Ask: TypeAlias = Callable[..., Coroutine[None, None, list[Delta]]]

TOKEN = 'data: {"choices":[{"delta":{"content":"a"},"finish_reason":null}]}\n\n'
END = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = "data: [DONE]\n\n"
PING = ": ping\n\n"


def answering(
    body: str | bytes,
    content_type: str = "application/json",
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Handler:
    """Give every request the same answer."""
    data = body.encode() if isinstance(body, str) else body

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(body=data, status=status, headers={"Content-Type": content_type, **(headers or {})})

    return handler


def streaming(*pieces: str | float, close: bool = True, status: int = 200) -> Handler:
    """Send the texts, sleep for the numbers; then end the response, or the connection when not `close`."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            if isinstance(piece, str):
                await response.write(piece.encode())
            else:
                await asyncio.sleep(piece)
        if not close and request.transport is not None:
            request.transport.close()
        return response

    return handler


def join_texts(deltas: Iterable[Delta]) -> list[Delta]:
    """Join deltas that follow each other, as they may have come in one read."""
    joined: list[Delta] = []
    for delta in deltas:
        last = joined[-1] if joined else None
        if isinstance(last, TextDelta) and isinstance(delta, TextDelta):
            joined[-1] = TextDelta(last.text + delta.text)
        elif isinstance(last, ReasoningDelta) and isinstance(delta, ReasoningDelta):
            joined[-1] = ReasoningDelta(last.text + delta.text)
        else:
            joined.append(delta)
    return joined


async def until(condition: Callable[[], object]) -> None:
    """Wait, not for ever, until something holds."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in a server that sends no signal
            await asyncio.sleep(0.005)
