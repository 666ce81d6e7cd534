"""How the SDK's calls reach Telegram: over aiohttp, which costs a third of what the SDK's own httpx does.

Beyond speed this keeps connections for a minute instead of five seconds, writes no addresses (they hold the token) to
any log, and says how long a 429 lasts without the SDK's deprecation warning.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from .fields import as_object, inner

_CONNECTIONS = 256
_KEEP_ALIVE = 60.0
_CONNECT_PATIENCE, _ANSWER_PATIENCE = 5.0, 20.0
"""Seconds."""
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": BaseRequest.USER_AGENT}


class FloodError(TelegramError):
    """Telegram answered 429: too many requests."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too many requests, retry after {retry_after:g} s")
        self.retry_after = retry_after
        """Seconds."""


class Wire(BaseRequest):
    """The connections of one bot, for its polls as well as for its calls; see `telegram.request.BaseRequest`.

    Raises `FloodError` where the SDK would raise `RetryAfter`.
    """

    def __init__(self, base_url: str) -> None:
        """Prepare to call below `base_url`, through the proxy that the environment names for it, if any."""
        address = urlsplit(base_url)
        self._proxy = None if proxy_bypass(address.hostname or "") else getproxies().get(address.scheme)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take unless a call says otherwise."""
        return _ANSWER_PATIENCE

    async def initialize(self) -> None:
        """Be ready to connect; a second call changes nothing."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEP_ALIVE, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def shutdown(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        *_others: object,
        **_other_timeouts: object,
    ) -> tuple[int, bytes]:
        """Send once: a call that is repeated could be a second message."""
        if self._session is None:
            raise RuntimeError("Telegram is called outside `async with`")
        patience = read_timeout if isinstance(read_timeout, int | float) else _ANSWER_PATIENCE
        timeout = aiohttp.ClientTimeout(sock_connect=_CONNECT_PATIENCE, sock_read=patience)
        try:
            async with self._session.request(
                method, url, timeout=timeout, proxy=self._proxy, **_body(request_data)
            ) as response:
                status, body = response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut(type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from error
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise FloodError(_retry_after(body))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # the body is a page of some proxy's
            raise NetworkError(f"HTTP {status}")
        return status, body


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        return {"data": data.url_encoded_parameters().encode(), "headers": _FORM}
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for field, (name, content, mime) in data.multipart_data.items():
        form.add_field(field, content, filename=name, content_type=mime)
    return {"data": form, "headers": {"User-Agent": BaseRequest.USER_AGENT}}


def _retry_after(body: bytes) -> float:
    """Bot API: ResponseParameters.retry_after, whole seconds."""
    try:
        found = inner(as_object(json.loads(body)), "parameters").get("retry_after")
    except ValueError:
        found = None
    return float(found) if isinstance(found, int | float) and found > 0 else 1.0
