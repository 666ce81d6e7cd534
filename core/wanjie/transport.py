"""HTTP to Wanjie: authorisation and timeouts; a call is tried once."""

from __future__ import annotations

import asyncio
import io
import json
import re
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, TypeAlias

import aiohttp

from core.http_sessions import NETWORK_ERRORS, Sessions
from core.settings import NO_PROXIES, Proxies, WanjieSettings

from .decompression import unpack
from .errors import TooSlowError, UnreachableError, UnreadableAnswerError, WanjieError
from .failures.error_mapping import error_from_response
from .memory_budget import MemoryBudget

_MAX_ERROR_BYTES = 64 * 1024
_MAX_RESPONSE_BYTES = 64_000_000
"""Enough for an hour of speech as MP3."""
# Shorter than the time after which load balancers usually drop a silent connection without closing it.
_KEEPALIVE_TIMEOUT = 15.0
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, weakref_slot=True)
class HttpResponse:
    """A successful response, read to its end."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class MultipartForm:
    """A request body with a file (RFC 7578)."""

    fields: dict[str, str]
    file_name: str
    data: bytes
    mime: str


RequestBody: TypeAlias = dict[str, Any] | MultipartForm | None


class ByteStream:
    """The body of a response while it arrives."""

    def __init__(self, response: aiohttp.ClientResponse, memory: MemoryBudget) -> None:
        self._memory = memory
        self.media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._chunks = unpack(_read_arrived(response), response.headers.get("content-encoding", ""))

    async def read(self, silence_timeout: float) -> bytes:
        """Wait for the next bytes, b"" at the end.

        Raises:
            TooSlowError: none came for `silence_timeout` seconds; the stream cannot be read any further.
            UnreachableError: the connection broke.
            UnreadableAnswerError: the bytes cannot be decompressed.
        """
        try:
            async with asyncio.timeout(silence_timeout):
                return await anext(self._chunks, b"")
        except aiohttp.ClientError as error:
            raise _error_from_network(error) from None
        except TimeoutError:
            raise TooSlowError(f"no data for {silence_timeout:g} s") from None

    async def read_all(self, max_bytes: int, total_timeout: float) -> bytes:
        """Read to the end within `total_timeout` seconds; stop early after more than `max_bytes`.

        Raises the same errors as `read`.
        """
        content = bytearray()
        try:
            with self._memory.reading() as account:
                async with asyncio.timeout(total_timeout):
                    async for piece in self._chunks:
                        content += piece
                        if len(content) > max_bytes:
                            break
                        await self._memory.grow(account, len(piece))
        except aiohttp.ClientError as error:
            raise _error_from_network(error) from None
        except TimeoutError:
            raise TooSlowError(f"no end within {total_timeout:g} s") from None
        return bytes(content)


class HttpTransport:
    """Send requests to Wanjie: every failure is raised as a `WanjieError` that does not hold the key."""

    def __init__(
        self,
        settings: WanjieSettings,
        proxies: Proxies = NO_PROXIES,
        memory: MemoryBudget | None = None,
        certificates: ssl.SSLContext | None = None,
    ) -> None:
        self._key = settings.api_key.get_secret_value()
        self._first_byte_timeout = settings.first_byte_timeout
        self.memory = memory or MemoryBudget()
        """What the calls of this client hold."""
        self._base_url = settings.base_url
        self._sessions = Sessions(
            proxies,
            # Only for connecting. The other timeouts are set here, since aiohttp restarts its own with every byte.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_timeout),
            response_class=aiohttp.ClientResponse,
            # One connection for each running answer; the queue limits how many run.
            limit=0,
            keepalive_timeout=_KEEPALIVE_TIMEOUT,
            ssl=certificates or True,
        )

    async def aclose(self) -> None:
        await self._sessions.aclose()

    async def fetch(
        self,
        method: Literal["GET", "POST"],
        path: str,
        body: RequestBody = None,
        *,
        silence_timeout: float | None = None,
        max_bytes: int = _MAX_RESPONSE_BYTES,
    ) -> HttpResponse:
        """Try once to get a whole response, of `max_bytes` at most.

        It must begin within `silence_timeout` seconds, by default the configured ones, and end within as many more.
        """
        async with self.open_stream(method, path, body, silence_timeout=silence_timeout) as stream:
            content = await stream.read_all(max_bytes, silence_timeout or self._first_byte_timeout)
        if len(content) > max_bytes:
            raise UnreadableAnswerError(f"the answer has more than {max_bytes} bytes")
        answer = HttpResponse(content, stream.media_type)
        self.memory.track(answer, len(content))
        return answer

    @asynccontextmanager
    async def open_stream(
        self,
        method: Literal["GET", "POST"],
        path: str,
        body: RequestBody = None,
        *,
        silence_timeout: float | None = None,
    ) -> AsyncGenerator[ByteStream]:
        """Try once to get a response that begins within `silence_timeout` seconds, by default the configured ones.

        Leaving the context closes the connection unless the body was read to its end.
        """
        silence_timeout = silence_timeout or self._first_byte_timeout
        response = await self._send(method, path, body, silence_timeout)
        try:
            stream = ByteStream(response, self.memory)
            if not response.ok or response.status >= HTTPStatus.MULTIPLE_CHOICES:
                raise self._error_from_failure(response, await stream.read_all(_MAX_ERROR_BYTES, silence_timeout))
            yield stream
        finally:
            response.close()

    async def _send(self, method: str, path: str, body: RequestBody, silence_timeout: float) -> aiohttp.ClientResponse:
        url = self._base_url.rstrip("/") + path
        headers = {"Authorization": f"Bearer {self._key}", "User-Agent": "wanjie-bots", **_build_content_type(body)}
        try:
            async with asyncio.timeout(silence_timeout):
                return await self._sessions.get_session(url).request(
                    method, url, headers=headers, data=_build_content(body), allow_redirects=False
                )
        except aiohttp.ClientError as error:
            raise _error_from_network(error) from None
        except TimeoutError:
            raise TooSlowError(f"no answer for {silence_timeout:g} s") from None
        except NETWORK_ERRORS as error:
            raise _error_from_network(error) from None

    def _error_from_failure(self, response: aiohttp.ClientResponse, body: bytes) -> WanjieError:
        return error_from_response(
            response.status,
            {name.lower(): self.redact(value) for name, value in response.headers.items()},
            self.redact(body[:_MAX_ERROR_BYTES].decode("utf-8", errors="replace")),
        )

    def redact(self, text: str) -> str:
        """Remove the key from a text."""
        return text.replace(self._key, "[key]") if self._key else text


async def _read_arrived(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
    """Yield all that has arrived since the last look.

    In between nothing is read from the connection: what a model sends while nobody needs it wakes nobody up.
    """
    while True:
        if (connection := response.connection) is not None and connection.protocol is not None:
            connection.protocol.resume_reading()
        if not (data := await response.content.readany()):
            return
        if (connection := response.connection) is not None and connection.protocol is not None:
            connection.protocol.pause_reading()
        yield data


def _build_content_type(body: RequestBody) -> dict[str, str]:
    return {"Content-Type": "application/json"} if isinstance(body, dict) else {}


def _build_content(body: RequestBody) -> io.BytesIO | aiohttp.FormData | None:
    """Build a body that is written in pieces: bytes would be copied and written in one blocking step."""
    if body is None:
        return None
    if isinstance(body, MultipartForm):
        form = aiohttp.FormData(body.fields, quote_fields=False)
        name = _CONTROL_CHARACTERS.sub(" ", body.file_name).encode("utf-8", errors="replace").decode()
        form.add_field("file", io.BytesIO(body.data), filename=name, content_type=body.mime)
        return form
    # Platforms may send a lone surrogate, which has no UTF-8 form.
    return io.BytesIO(json.dumps(body, ensure_ascii=False).encode("utf-8", errors="replace"))


def _error_from_network(error: Exception) -> WanjieError:
    """Raise it `from None`: some messages of aiohttp quote headers, and one header holds the key."""
    return UnreachableError(f"no connection: {type(error).__name__}")
