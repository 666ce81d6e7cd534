"""The SDK's HTTP transport over aiohttp, which needs a third of the CPU time of the SDK's own httpx.

It also keeps connections for fifteen seconds instead of five, writes no URLs (they contain the token) to any log, and
tells how long a 429 lasts without the SDK's deprecation warning.
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

from core.http_sessions import NETWORK_ERRORS, Sessions
from core.json_reader import Json, as_object, get_int, get_object, get_text, load_json, parse_json
from core.settings import NO_PROXIES, Proxies

_MAX_CONNECTIONS = 256
_KEEP_ALIVE_SECONDS = 15.0  # seconds; proxies that drop idle connections silently do so later
_CONNECT_TIMEOUT, _RESPONSE_TIMEOUT = 5.0, 20.0
"""Seconds."""
_UPLOAD_RESPONSE_TIMEOUT, _UPLOAD_TIMEOUT = 90.0, 600.0
"""Seconds for Telegram to process an uploaded file, and for the whole call: 50 MB at 1 MBit/s take 400."""
_BODY_TIMEOUT, _DOWNLOAD_TIMEOUT = 60.0, 600.0
"""Seconds for a response that has begun, and for a whole file: each byte alone may be in time."""
_MAX_ERROR_BYTES = 4_096
"""Bytes of a refusal that the SDK gets: it quotes what it cannot read in its errors."""
_MAX_RETRY_AFTER = 86_400.0
"""Seconds: Telegram blocks a bot that floods for hours at times."""
_JSON_HEADERS = {"Content-Type": "application/json", "User-Agent": BaseRequest.USER_AGENT}
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class FloodError(TelegramError):
    """Telegram answered 429: too many requests."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too many requests, retry after {retry_after:g} s")
        self.retry_after = retry_after
        """Seconds."""


class AiohttpRequest(BaseRequest):
    """The connections of one bot, for long polls and for calls; see `telegram.request.BaseRequest`.

    Raises `FloodError` where the SDK would raise `RetryAfter`.
    """

    def __init__(self, proxies: Proxies = NO_PROXIES) -> None:
        self._proxies = proxies
        self._sessions: Sessions | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that a response may take unless a call has its own timeout."""
        return _RESPONSE_TIMEOUT

    async def initialize(self) -> None:
        """Prepare to connect; a second call has no effect."""
        if self._sessions is None:
            self._sessions = Sessions(
                self._proxies, limit=_MAX_CONNECTIONS, keepalive_timeout=_KEEP_ALIVE_SECONDS, ttl_dns_cache=300
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
        """Send once, since a repeated call could post a second message."""
        session = self._get_session(url)
        timeout = _build_timeout(request_data, read_timeout)
        with _translate_network_errors():
            async with session.request(method, url, timeout=timeout, **_build_body(request_data)) as response:
                status, body = response.status, await response.read()
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise FloodError(_parse_retry_after(body))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # the body may be the error page of a proxy
            raise NetworkError(f"HTTP {status}")
        if status == HTTPStatus.OK and b'"result"' not in body:  # the SDK would raise a KeyError
            raise NetworkError("the response has no result")
        return status, body if status == HTTPStatus.OK else body[:_MAX_ERROR_BYTES]

    @staticmethod
    def parse_json_payload(payload: bytes) -> Json:
        """Parse a response for the SDK, whose own parser lets deep nesting through and logs what it cannot read."""
        try:
            response = as_object(load_json(payload))
        except ValueError:
            raise TelegramError("the response is not JSON") from None
        if "result" in response:
            return response
        parameters = get_object(response, "parameters")
        numbers = {name: get_int(parameters, name) for name in ("migrate_to_chat_id", "retry_after")}
        return {"description": get_text(response, "description"), "parameters": numbers, "result": None}

    async def download(self, url: str, *, max_bytes: int) -> bytes | None:
        """Read a file of at most `max_bytes` bytes; return None, and stop reading, when it has more.

        Raises `BadRequest` when it does not exist (any more). No error contains the URL, since that has the token.
        """
        session = self._get_session(url)
        timeout = aiohttp.ClientTimeout(_DOWNLOAD_TIMEOUT, sock_connect=_CONNECT_TIMEOUT, sock_read=_RESPONSE_TIMEOUT)
        data = bytearray()
        with _translate_network_errors():
            async with session.get(url, timeout=timeout, allow_redirects=False) as response:
                if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise NetworkError(f"HTTP {response.status}")
                if response.status != HTTPStatus.OK:
                    raise BadRequest(f"the file is not available: HTTP {response.status}")
                async for chunk in response.content.iter_any():
                    data += chunk
                    if len(data) > max_bytes:
                        return None
        return bytes(data)

    def _get_session(self, url: str) -> aiohttp.ClientSession:
        if self._sessions is None:
            raise RuntimeError("Telegram is called outside `async with`")
        return self._sessions.get_session(url)


@contextmanager
def _translate_network_errors() -> Generator[None]:
    """Raise network errors as those of the SDK, without their text, which may contain the URL with the token."""
    try:
        yield
    except TimeoutError as error:
        raise TimedOut(type(error).__name__) from error
    except NETWORK_ERRORS as error:
        raise NetworkError(type(error).__name__) from error


def _build_timeout(data: RequestData | None, read_timeout: object) -> aiohttp.ClientTimeout:
    if data is not None and data.contains_files:
        return aiohttp.ClientTimeout(_UPLOAD_TIMEOUT, sock_connect=_CONNECT_TIMEOUT, sock_read=_UPLOAD_RESPONSE_TIMEOUT)
    seconds = read_timeout if isinstance(read_timeout, int | float) else _RESPONSE_TIMEOUT
    return aiohttp.ClientTimeout(seconds + _BODY_TIMEOUT, sock_connect=_CONNECT_TIMEOUT, sock_read=seconds)


def _build_body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        # The SDK sends a form: to escape its texts takes longer than the rest of a call (Bot API: Making requests).
        return {"data": _encode_json(data.parameters).encode(), "headers": _JSON_HEADERS}
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for field, (name, content, mime) in data.multipart_data.items():
        # A stream is sent in chunks; bytes would be copied and written in one blocking step.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(field, stream, filename=name, content_type=mime)
    return {"data": form, "headers": {"User-Agent": BaseRequest.USER_AGENT}}


def _parse_retry_after(body: bytes) -> float:
    """Read ResponseParameters.retry_after (Bot API), whole seconds; 1 when it is missing."""
    found = get_object(as_object(parse_json(body)), "parameters").get("retry_after")
    return min(float(found), _MAX_RETRY_AFTER) if isinstance(found, int | float) and found > 0 else 1.0
