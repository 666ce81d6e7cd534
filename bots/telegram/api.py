"""The official SDK's bot, with the three things that it cannot be told from outside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from .fields import Json, inner, objects

_CONNECTIONS = 256
_KEEP_ALIVE = 60.0
"""Seconds; with httpx's own 5 most first words would wait for a new TLS connection."""
_CONNECT, _READ, _POOL = 5.0, 20.0, 5.0
_POLL_GRACE = 15.0
"""Seconds that the answer to a long poll may be late."""


class FloodError(TelegramError):
    """Telegram answered 429: too many requests."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too many requests, retry after {retry_after:g} s")
        self.retry_after = retry_after
        """Seconds."""


class Api(Bot):
    """A bot that also hands out updates as they were received; use it within `async with`, which needs no network.

    Raises the errors of `telegram.error` and, instead of `RetryAfter`, `FloodError`.
    """

    def __init__(self, token: str, base_url: str, file_url: str) -> None:
        self._lines = (_Request(1), _Request(_CONNECTIONS))
        super().__init__(
            token,
            base_url=base_url,
            base_file_url=file_url,
            get_updates_request=self._lines[0],
            request=self._lines[1],
        )

    async def __aenter__(self) -> Self:
        # The SDK's own start asks Telegram who the bot is, and fails when Telegram is away.
        for line in self._lines:
            await line.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        for line in self._lines:
            await line.shutdown()

    async def updates(self, offset: int | None, *, kinds: tuple[str, ...], limit: int, seconds: int) -> list[Json]:
        """Wait up to `seconds` for updates from `offset` on; those before it are confirmed (Bot API: getUpdates).

        Raw, because `get_updates` would build objects from them, drop the fields that this SDK does not know yet, and
        lose a whole batch over one update that it cannot read.
        """
        request = {"offset": offset, "limit": limit, "timeout": seconds, "allowed_updates": list(kinds)}
        result: Any = await self._post("getUpdates", request, read_timeout=seconds + _POLL_GRACE)
        return objects({"result": result}, "result")


class _Request(HTTPXRequest):
    """Says 429 in an error of our own: building the SDK's `RetryAfter` emits a deprecation warning each time."""

    def __init__(self, connections: int) -> None:
        super().__init__(
            connection_pool_size=connections,
            connect_timeout=_CONNECT,
            read_timeout=_READ,
            write_timeout=_READ,
            pool_timeout=_POOL,
            httpx_kwargs={"limits": _Connections(connections, connections, _KEEP_ALIVE)},
        )

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # noqa: ANN401 - the SDK's own signature
        status, body = await super().do_request(*args, **kwargs)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise FloodError(_retry_after(body))
        return status, body


@dataclass(frozen=True, slots=True)
class _Connections:
    """What httpx reads of its `Limits`; httpx itself is for `core.wanjie` alone to import."""

    max_connections: int
    max_keepalive_connections: int
    keepalive_expiry: float


def _retry_after(body: bytes) -> float:
    """Bot API: ResponseParameters.retry_after, whole seconds."""
    try:
        found = inner(json.loads(body), "parameters").get("retry_after")
    except (ValueError, AttributeError):
        found = None
    return float(found) if isinstance(found, int | float) and found > 0 else 1.0
