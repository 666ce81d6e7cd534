"""The connection to Wanjie: authorised, patient within limits, retried while that is harmless."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

import httpx
import stamina

from core.settings import NO_PROXIES, Proxies, WanjieSettings

from .attempts import Attempts
from .errors import (
    ServerFaultError,
    StreamBrokenError,
    TooManyRequestsError,
    TooSlowError,
    UnreachableError,
    UnreadableAnswerError,
    WanjieError,
)
from .failures.error_mapping import error_from_response

_T = TypeVar("_T")
_ERROR_BODY_LIMIT = 64 * 1024
_MOST = 64_000_000
"""Bytes of a whole answer; an hour of sound as mp3, or more."""
# Fewer than the seconds after which load balancers usually forget a silent connection without telling anybody.
_KEEPALIVE_SECONDS = 15.0
_KEPT_CONNECTIONS = 100


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before a call is tried again: `first` seconds, doubled up to `longest`, plus up to `jitter`."""

    first: float = 0.5
    longest: float = 8.0
    jitter: float = 0.5
    longest_retry_after: float = 30.0
    """More seconds than this, in `Retry-After` or in words, are the caller's to wait for."""


DEFAULT_BACKOFF = Backoff()


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The whole of a successful response."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Form:
    """A body with a file in it (RFC 7578), for what is not asked in JSON."""

    fields: dict[str, str]
    name: str
    data: bytes
    mime: str


Body: TypeAlias = dict[str, Any] | Form | None


class ByteStream:
    """The body of a successful response, as it arrives."""

    def __init__(self, response: httpx.Response) -> None:
        self.media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._chunks = response.aiter_bytes()

    async def read(self, patience: float) -> bytes:
        """Wait for the next bytes, b"" at the end.

        Raises:
            TooSlowError: none came for `patience` seconds; the stream cannot be read any further.
            UnreachableError: the connection broke.
            UnreadableAnswerError: what came cannot be decompressed.
        """
        try:
            async with asyncio.timeout(patience):
                return await anext(self._chunks, b"")
        except TimeoutError:
            raise TooSlowError(f"no word for {patience:g} s") from None
        except httpx.HTTPError as error:
            raise _transport_errors(error) from None

    async def gather(self, most: int, patience: float) -> bytes:
        """Wait `patience` seconds for all that comes; stop early when it is more than `most` bytes.

        Raises the same.
        """
        content = bytearray()
        try:
            async with asyncio.timeout(patience):
                async for piece in self._chunks:
                    content += piece
                    if len(content) > most:
                        break
        except TimeoutError:
            raise TooSlowError(f"no end within {patience:g} s") from None
        except httpx.HTTPError as error:
            raise _transport_errors(error) from None
        return bytes(content)


class HttpTransport:
    """Speak HTTP with Wanjie: every failure comes out as a `WanjieError` that does not hold the key."""

    def __init__(
        self, settings: WanjieSettings, backoff: Backoff = DEFAULT_BACKOFF, proxies: Proxies = NO_PROXIES
    ) -> None:
        self._key = settings.api_key.get_secret_value()
        self._first_byte_timeout = settings.first_byte_timeout
        self._backoff = backoff
        self._max_attempts = settings.max_attempts
        self._client = httpx.AsyncClient(
            base_url=settings.base_url,
            headers={"User-Agent": "wanjie-bots"},
            # All that follows the connection has clocks of its own: httpx's begin anew with every byte.
            timeout=httpx.Timeout(None, connect=settings.connect_timeout, pool=settings.connect_timeout),
            # One connection for each running answer; how many run is decided elsewhere.
            limits=httpx.Limits(
                max_connections=None,
                max_keepalive_connections=_KEPT_CONNECTIONS,
                keepalive_expiry=_KEEPALIVE_SECONDS,
            ),
            proxy=proxies.proxy_for(settings.base_url),
            # Which proxy leads there is decided in the settings; certificates that the environment names still count.
            trust_env=False,
            verify=httpx.create_ssl_context(),
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    def attempts(self) -> Attempts:
        """As many as one call has."""
        return Attempts(self._max_attempts)

    async def run_with_retries(self, attempt: Callable[[], Awaitable[_T]], attempts: Attempts | None = None) -> _T:
        """Make a call, again and again while that may help and `attempts` are left; raise what the last try raised.

        For how long is waited in between, see `Backoff`.
        """
        attempts = attempts or self.attempts()
        await asyncio.sleep(attempts.pause)
        attempts.pause = 0.0

        async def counted() -> _T:
            try:
                return await attempt()
            except WanjieError as error:
                if self._worth_retrying(error):
                    attempts.fail()
                raise

        retrying = stamina.AsyncRetryingCaller(
            attempts=max(1, attempts.left),
            timeout=None,
            wait_initial=self._backoff.first,
            wait_max=self._backoff.longest,
            wait_jitter=self._backoff.jitter,
        )
        return await retrying(self._worth_retrying, counted)

    def count_break(self, attempts: Attempts, error: WanjieError) -> None:
        """Count an answer that broke off for `error`; where it names a wait that is too long, none is left."""
        attempts.fail()
        attempts.pause = self._backoff.first if error.retry_after is None else error.retry_after
        if attempts.pause > self._backoff.longest_retry_after:
            attempts.left = 0

    async def fetch(
        self,
        method: Literal["GET", "POST"],
        path: str,
        body: Body = None,
        *,
        patience: float | None = None,
        most: int = _MOST,
    ) -> HttpResponse:
        """Try once to have a whole answer, of `most` bytes at most.

        It may take `patience` seconds, else the configured ones, to begin, and as long again to come to its end.
        """
        async with self.open_stream(method, path, body, patience=patience) as stream:
            content = await stream.gather(most, patience or self._first_byte_timeout)
        if len(content) > most:
            raise UnreadableAnswerError(f"the answer has more than {most} bytes")
        return HttpResponse(content, stream.media_type)

    @asynccontextmanager
    async def open_stream(
        self, method: Literal["GET", "POST"], path: str, body: Body = None, *, patience: float | None = None
    ) -> AsyncGenerator[ByteStream]:
        """Try once to have an answer begin within `patience` seconds, else the configured ones.

        Leaving the context closes the connection unless it was read to its end.
        """
        patience = patience or self._first_byte_timeout
        response = await self._begin(self._request(method, path, body), patience)
        try:
            stream = ByteStream(response)
            if not response.is_success:
                raise self._refused(response, await stream.gather(_ERROR_BODY_LIMIT, patience))
            yield stream
        finally:
            await response.aclose()

    async def _begin(self, request: httpx.Request, patience: float) -> httpx.Response:
        # A gateway that compresses a stream holds its tokens back until a block is full.
        request.headers["Accept-Encoding"] = "identity"
        try:
            async with asyncio.timeout(patience):
                return await self._client.send(request, stream=True)
        except TimeoutError:
            raise TooSlowError(f"no answer for {patience:g} s") from None
        except httpx.HTTPError as error:
            raise _transport_errors(error) from None

    def _request(self, method: str, path: str, body: Body) -> httpx.Request:
        headers = {"Authorization": f"Bearer {self._key}"}
        if body is None:
            return self._client.build_request(method, path, headers=headers)
        if isinstance(body, Form):
            file = (body.name.encode("utf-8", errors="replace").decode(), body.data, body.mime)
            return self._client.build_request(method, path, headers=headers, data=body.fields, files={"file": file})
        # A lone surrogate, which platforms do send, has no UTF-8 form.
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", errors="replace")
        headers["Content-Type"] = "application/json"
        return self._client.build_request(method, path, headers=headers, content=content)

    def _refused(self, response: httpx.Response, body: bytes) -> WanjieError:
        return error_from_response(
            response.status_code,
            {name: self.redact(value) for name, value in response.headers.items()},
            self.redact(body[:_ERROR_BODY_LIMIT].decode("utf-8", errors="replace")),
        )

    def redact(self, text: str) -> str:
        """Take the key out of a text."""
        return text.replace(self._key, "[key]") if self._key else text

    def _worth_retrying(self, error: Exception) -> bool | float:
        if isinstance(error, TooManyRequestsError | ServerFaultError) and error.retry_after is not None:
            jitter = random.uniform(0, self._backoff.jitter)  # noqa: S311 - spreads load, guards nothing
            return error.retry_after <= self._backoff.longest_retry_after and error.retry_after + jitter
        if isinstance(error, TooSlowError):
            # The question was delivered, so it may be at work, and paid for.
            return False
        return isinstance(error, TooManyRequestsError | ServerFaultError | UnreachableError | StreamBrokenError)


def _transport_errors(error: httpx.HTTPError) -> WanjieError:
    """To be raised `from None`: httpx quotes headers in some of its messages, and the key is in one."""
    if isinstance(error, httpx.DecodingError):
        return UnreadableAnswerError("the answer cannot be decompressed")
    return UnreachableError(f"no connection: {type(error).__name__}")
