"""How the SDK's calls reach Telegram: over aiohttp, which costs a third of what the SDK's own httpx does.

Beyond speed this keeps connections for fifteen seconds instead of five, writes no addresses (they hold the token) to
any log, and says how long a 429 lasts without the SDK's deprecation warning.
"""

from __future__ import annotations

import io
import json
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bots.http_sessions import NETWORK_ERRORS, Sessions
from bots.json_fields import as_object, get_object
from core.settings import NO_PROXIES, Proxies

_CONNECTIONS = 256
_KEEP_ALIVE = 15.0  # seconds; a proxy that forgets idle connections without a word does so later
_CONNECT_PATIENCE, _ANSWER_PATIENCE = 5.0, 20.0
"""Seconds."""
_UPLOAD_ANSWER_PATIENCE, _UPLOAD_PATIENCE = 90.0, 600.0
"""Seconds for what Telegram does with a file that it has got, and for the whole call: 50 MB at 1 MBit/s take 400."""
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": BaseRequest.USER_AGENT}


class FloodError(TelegramError):
    """Telegram answered 429: too many requests."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too many requests, retry after {retry_after:g} s")
        self.retry_after = retry_after
        """Seconds."""


class AiohttpRequest(BaseRequest):
    """The connections of one bot, for its polls as well as for its calls; see `telegram.request.BaseRequest`.

    Raises `FloodError` where the SDK would raise `RetryAfter`.
    """

    def __init__(self, proxies: Proxies = NO_PROXIES) -> None:
        self._proxies = proxies
        self._sessions: Sessions | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take unless a call says otherwise."""
        return _ANSWER_PATIENCE

    async def initialize(self) -> None:
        """Be ready to connect; a second call changes nothing."""
        if self._sessions is None:
            self._sessions = Sessions(
                self._proxies, limit=_CONNECTIONS, keepalive_timeout=_KEEP_ALIVE, ttl_dns_cache=300
            )

    async def shutdown(self) -> None:
        """Close the connections."""
        sessions, self._sessions = self._sessions, None
        if sessions is not None:
            await sessions.aclose()

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
        session = self._session_to(url)
        timeout = _timeout(request_data, read_timeout)
        with _failures_of_the_network():
            async with session.request(method, url, timeout=timeout, **_body(request_data)) as response:
                status, body = response.status, await response.read()
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise FloodError(_retry_after(body))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # the body is a page of some proxy's
            raise NetworkError(f"HTTP {status}")
        return status, body

    async def download(self, url: str, *, most: int) -> bytes | None:
        """Read a file of at most `most` bytes; None, and no more is read, when it has more.

        Raises `BadRequest` when it is not there (any more). The address holds the token, so nothing tells it.
        """
        session = self._session_to(url)
        timeout = aiohttp.ClientTimeout(sock_connect=_CONNECT_PATIENCE, sock_read=_ANSWER_PATIENCE)
        data = bytearray()
        with _failures_of_the_network():
            async with session.get(url, timeout=timeout, allow_redirects=False) as response:
                if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise NetworkError(f"HTTP {response.status}")
                if response.status != HTTPStatus.OK:
                    raise BadRequest(f"the file cannot be had: HTTP {response.status}")
                async for chunk in response.content.iter_any():
                    data += chunk
                    if len(data) > most:
                        return None
        return bytes(data)

    def _session_to(self, url: str) -> aiohttp.ClientSession:
        if self._sessions is None:
            raise RuntimeError("Telegram is called outside `async with`")
        return self._sessions.get_session(url)


@contextmanager
def _failures_of_the_network() -> Generator[None]:
    """Raise them as the SDK's; an error's own text may hold the address, and with it the token."""
    try:
        yield
    except TimeoutError as error:
        raise TimedOut(type(error).__name__) from error
    except NETWORK_ERRORS as error:
        raise NetworkError(type(error).__name__) from error


def _timeout(data: RequestData | None, read_timeout: object) -> aiohttp.ClientTimeout:
    if data is not None and data.contains_files:
        return aiohttp.ClientTimeout(
            _UPLOAD_PATIENCE, sock_connect=_CONNECT_PATIENCE, sock_read=_UPLOAD_ANSWER_PATIENCE
        )
    patience = read_timeout if isinstance(read_timeout, int | float) else _ANSWER_PATIENCE
    return aiohttp.ClientTimeout(sock_connect=_CONNECT_PATIENCE, sock_read=patience)


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        return {"data": data.url_encoded_parameters().encode(), "headers": _FORM}
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for field, (name, content, mime) in data.multipart_data.items():
        # A stream is sent in pieces; bytes would be copied and written at once, for as long as that takes.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(field, stream, filename=name, content_type=mime)
    return {"data": form, "headers": {"User-Agent": BaseRequest.USER_AGENT}}


def _retry_after(body: bytes) -> float:
    """Bot API: ResponseParameters.retry_after, whole seconds."""
    try:
        found = get_object(as_object(json.loads(body)), "parameters").get("retry_after")
    except ValueError:
        found = None
    return float(found) if isinstance(found, int | float) and found > 0 else 1.0
