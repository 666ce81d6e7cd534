"""HTTP to Wanjie: authorisation and timeouts; a call is tried once."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

import httpx

from core.settings import NO_PROXIES, Proxies, WanjieSettings

from .aiohttp_transport import BODY, AiohttpTransport, BodyReader
from .answer_and_download_timeouts import CLOSE_TIMEOUT
from .batch_reader import BatchReader
from .decompression import is_packed, unpack
from .errors import TooSlowError, UnreachableError, UnreadableAnswerError, WanjieError
from .failures.error_mapping import error_from_response
from .memory_budget import MemoryBudget
from .reading_pace import ReadingPace
from .request_body import as_content, encode_json

_MAX_ERROR_BYTES = 64 * 1024
_MAX_RESPONSE_BYTES = 64_000_000
"""Enough for an hour of speech as MP3."""
_MAX_TRAILING_BYTES = 64 * 1024


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


@dataclass(frozen=True, slots=True)
class Batches:
    """How a body is read in batches, see `BatchReader`."""

    pace: ReadingPace
    may_wait: Callable[[bytes], bool]


class ByteStream:
    """The body of a response while it arrives."""

    def __init__(self, response: httpx.Response, memory: MemoryBudget, batches: Batches | None = None) -> None:
        self._memory = memory
        self.media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        encoding = response.headers.get("content-encoding", "")
        self._body: BodyReader = response.extensions[BODY]
        self._read_next: Callable[[], Awaitable[bytes]] = self._body.read
        if is_packed(encoding):
            self._read_next = partial(anext, unpack(response.aiter_raw(), encoding), b"")
        elif batches is not None:
            self._read_next = BatchReader(self._body, batches.pace, batches.may_wait).read

    async def read(self, silence_timeout: float) -> bytes:
        """Wait for the next bytes, b"" at the end.

        Raises:
            TooSlowError: none came for `silence_timeout` seconds; the stream cannot be read any further.
            UnreachableError: the connection broke.
            UnreadableAnswerError: the bytes cannot be decompressed.
        """
        try:
            async with asyncio.timeout(silence_timeout):
                return await self._read_next()
        except TimeoutError:
            raise TooSlowError(f"no data for {silence_timeout:g} s") from None
        except httpx.HTTPError as error:
            raise _error_from_httpx(error) from None

    async def read_all(self, max_bytes: int, total_timeout: float) -> bytes:
        """Read to the end within `total_timeout` seconds; stop early after more than `max_bytes`.

        Raises the same errors as `read`.
        """
        content = bytearray()
        try:
            with self._memory.reading() as account:
                async with asyncio.timeout(total_timeout):
                    while piece := await self._read_next():
                        content += piece
                        if len(content) > max_bytes:
                            break
                        await self._memory.grow(account, len(piece))
        except TimeoutError:
            raise TooSlowError(f"no end within {total_timeout:g} s") from None
        except httpx.HTTPError as error:
            raise _error_from_httpx(error) from None
        return bytes(content)

    async def drain(self) -> None:
        """Read what follows the end of an answer, so that the connection can be used again."""
        self._read_next = self._body.read
        with suppress(UnreachableError):
            await self.read_all(_MAX_TRAILING_BYTES, CLOSE_TIMEOUT)


class HttpTransport:
    """Send requests to Wanjie: every failure is raised as a `WanjieError` that does not hold the key."""

    def __init__(
        self,
        settings: WanjieSettings,
        proxies: Proxies = NO_PROXIES,
        memory: MemoryBudget | None = None,
    ) -> None:
        self._key = settings.api_key.get_secret_value()
        self._first_byte_timeout = settings.first_byte_timeout
        self.memory = memory or MemoryBudget()
        """What the calls of this client hold."""
        self._headers = {
            "Authorization": f"Bearer {self._key}",
            "User-Agent": "wanjie-bots",
            # A gateway that compresses a stream delays its tokens until a block is full.
            "Accept-Encoding": "identity",
        }
        self._urls: dict[str, httpx.URL] = {}
        """By path: to take a URL apart takes longer than all else of a request."""
        self._client = httpx.AsyncClient(
            base_url=settings.base_url,
            transport=AiohttpTransport(proxies, connect_timeout=settings.connect_timeout),
            trust_env=False,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

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
        batches: Batches | None = None,
    ) -> AsyncGenerator[ByteStream]:
        """Try once to get a response that begins within `silence_timeout` seconds, by default the configured ones.

        Its body is read in `batches`, else as it comes. Leaving the context closes the connection unless the body was
        read to its end.
        """
        silence_timeout = silence_timeout or self._first_byte_timeout
        response = await self._send(await self._build_request(method, path, body), silence_timeout)
        try:
            stream = ByteStream(response, self.memory, batches)
            if not response.is_success:
                raise self._error_from_failure(response, await stream.read_all(_MAX_ERROR_BYTES, silence_timeout))
            yield stream
        finally:
            await response.aclose()

    async def _send(self, request: httpx.Request, silence_timeout: float) -> httpx.Response:
        try:
            async with asyncio.timeout(silence_timeout):
                return await self._client.send(request, stream=True)
        except TimeoutError:
            raise TooSlowError(f"no answer for {silence_timeout:g} s") from None
        except httpx.HTTPError as error:
            raise _error_from_httpx(error) from None

    async def _build_request(self, method: str, path: str, body: RequestBody) -> httpx.Request:
        # Not by the client, which would merge its own headers, cookies and parameters into each.
        headers = self._headers
        url = self._urls.get(path) or self._urls.setdefault(path, self._client.build_request(method, path).url)
        if body is None:
            return httpx.Request(method, url, headers=headers)
        if isinstance(body, MultipartForm):
            # What is read from a file is sent in pieces.
            file = (body.file_name.encode("utf-8", errors="replace").decode(), io.BytesIO(body.data), body.mime)
            return httpx.Request(method, url, headers=headers, data=body.fields, files={"file": file})
        pieces = await encode_json(body)
        # Some gateways take no body of unknown length.
        headers = headers | {"Content-Type": "application/json", "Content-Length": str(sum(map(len, pieces)))}
        return httpx.Request(method, url, headers=headers, content=as_content(pieces))

    def _error_from_failure(self, response: httpx.Response, body: bytes) -> WanjieError:
        return error_from_response(
            response.status_code,
            {name: self.redact(value) for name, value in response.headers.items()},
            self.redact(body[:_MAX_ERROR_BYTES].decode("utf-8", errors="replace")),
        )

    def redact(self, text: str) -> str:
        """Remove the key from a text."""
        return text.replace(self._key, "[key]") if self._key else text


def _error_from_httpx(error: httpx.HTTPError) -> WanjieError:
    """Raise it `from None`: some messages of httpx quote headers, and one header holds the key."""
    return UnreachableError(f"no connection: {type(error).__name__}")
