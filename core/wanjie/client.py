"""Everything that a Wanjie key can do: models, chat, speech, transcription, images."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from functools import partial

from core.settings import NO_PROXIES, Proxies, WanjieSettings

from .attempts import Attempts
from .download import Downloader
from .errors import (
    ServerFaultError,
    StreamBrokenError,
    TooManyRequestsError,
    TooSlowError,
    UnreachableError,
    UnreadableAnswerError,
)
from .failures.error_mapping import diagnose_json, error_from_response
from .image_responses import ImageResult, parse_images
from .requests import ChatRequest, ImageRequest, SpeechRequest, TranscriptionRequest
from .responses import Completion, Delta, parse_completion, parse_models, parse_transcript
from .speech_responses import read_sound
from .streaming.stream_reader import StreamReader
from .transport import DEFAULT_BACKOFF, Backoff, ByteStream, Form, HttpResponse, HttpTransport

_CHAT = "/v1/chat/completions"
# Seconds to wait for the usage behind the last words, and for the end of the response behind `[DONE]`.
_AFTER_END = 2.0
_AFTER_DONE = 0.05
_LAST_BYTES = 64 * 1024
_PICTURES = 300_000_000
"""Bytes of an answer that holds pictures: several, as text."""


class WanjieClient:
    """Call the Open API; safe for any number of concurrent calls.

    Every method may raise any `WanjieError` but `ModelNameError`. A call is tried again, up to
    `settings.max_attempts` times in all (see `Attempts`), after a 429, a 5xx (the wait that it names is kept to, if
    it is at most 30 s) or a lost connection, as long as nothing of its answer was given out.
    """

    def __init__(
        self,
        settings: WanjieSettings,
        *,
        backoff: Backoff = DEFAULT_BACKOFF,
        prolonging: float = 10,
        downloads: Downloader | None = None,
        proxies: Proxies = NO_PROXIES,
    ) -> None:
        self._http = HttpTransport(settings, backoff, proxies)
        self._downloads = downloads or Downloader(settings, proxies=proxies)
        # Comments prove that a gateway lives, not that a model works.
        self._prolonging = prolonging
        self._first_byte_timeout = settings.first_byte_timeout
        self._idle_timeout = settings.idle_timeout

    async def aclose(self) -> None:
        """Close every connection; running calls fail."""
        await self._http.aclose()
        await self._downloads.aclose()

    async def models(self) -> tuple[str, ...]:
        """List the ids of the models that this key may use, in the platform's order."""

        async def attempt() -> tuple[str, ...]:
            return parse_models(self._json(await self._http.fetch("GET", "/v1/models")))

        return await self._http.run_with_retries(attempt)

    async def chat(self, request: ChatRequest) -> Completion:
        """Ask for an answer in one piece, waiting up to `request.patience` or `settings.first_byte_timeout` for it."""

        async def attempt() -> Completion:
            body = request.as_json(stream=False)
            return parse_completion(self._json(await self._http.fetch("POST", _CHAT, body, patience=request.patience)))

        return await self._http.run_with_retries(attempt)

    def attempts(self) -> Attempts:
        """As many as one question has; to be handed to `stream` by whoever asks it again when its answer breaks off."""
        return self._http.attempts()

    async def stream(self, request: ChatRequest, attempts: Attempts | None = None) -> AsyncGenerator[Delta]:
        """Ask for an answer piece by piece; the last delta is the only `Finish`.

        Use it with `contextlib.aclosing`: whoever stops early closes the connection, which stops the model.
        After the first delta, every loss of the connection, silence of `settings.idle_timeout` (comments count as
        sound, for `prolonging` times as long at most, unless the request has a `patience` of its own) and failure of
        the platform is a `StreamBrokenError`, which takes one of the `attempts` like every failure before it.
        """
        attempts = attempts or self.attempts()
        first, rest = await self._http.run_with_retries(partial(self._begin, request), attempts)
        async with aclosing(rest):
            yield first
            try:
                async for delta in rest:
                    yield delta
            except StreamBrokenError as error:
                self._http.count_break(attempts, error)
                raise
            except (ServerFaultError, TooManyRequestsError, UnreachableError, UnreadableAnswerError) as error:
                self._http.count_break(attempts, error)
                raise StreamBrokenError(
                    f"the answer broke off: {error}", status=error.status, code=error.code, excerpt=error.excerpt
                ) from error

    async def speech(self, request: SpeechRequest, attempts: Attempts | None = None) -> bytes:
        """Have a text spoken; return the audio in the requested format.

        `attempts` is for whoever asks again because of what the audio is.
        """

        async def attempt() -> bytes:
            answer = await self._http.fetch("POST", "/v1/audio/speech", request.as_json())
            sound = read_sound(answer.content, answer.media_type)
            if sound is None:
                raise error_from_response(200, {}, self._http.redact(_decoded(answer.content)))
            return sound

        return await self._http.run_with_retries(attempt, attempts)

    async def transcribe(self, request: TranscriptionRequest) -> str:
        """Have speech written down; "" when there is none in it."""
        form = Form(request.as_form(), request.name, request.audio, request.mime)

        async def attempt() -> str:
            answer = await self._http.fetch("POST", "/v1/audio/transcriptions", form)
            if answer.media_type == "text/plain" and answer.content[:1] not in {b"{", b"<"}:
                return _decoded(answer.content).strip()
            return parse_transcript(self._json(answer))

        return await self._http.run_with_retries(attempt)

    async def images(self, request: ImageRequest) -> list[ImageResult]:
        """Have pictures made; links among them are not promised to live long, so fetch them at once."""

        async def attempt() -> list[ImageResult]:
            answer = await self._http.fetch("POST", "/v1/images/generations", request.as_json(), most=_PICTURES)
            return parse_images(self._json(answer))

        return await self._http.run_with_retries(attempt)

    async def download(self, url: str, *, most: int) -> bytes:
        """Fetch the file behind a link that a model gave, without the key, up to `most` bytes; see `download`.

        Raises:
            UnsafeAddressError: the link leads, or redirects, to a place that is not public, or not by https.
            OversizeError: the file is larger.
            DownloadError: there is no such file (any more).
        """
        attempt = partial(self._downloads.fetch, url, most=most)
        try:
            async with asyncio.timeout(self._downloads.longest):
                return await self._http.run_with_retries(attempt)
        except TimeoutError:
            raise TooSlowError(f"no whole file within {self._downloads.longest:g} s") from None

    def _json(self, answer: HttpResponse) -> object:
        text = self._http.redact(_decoded(answer.content))
        try:
            raw: object = json.loads(text)
        except ValueError:
            raise UnreadableAnswerError("the answer is no JSON", status=200, excerpt=text[:500]) from None
        if error := diagnose_json(raw):
            raise error
        return raw

    async def _begin(self, request: ChatRequest) -> tuple[Delta, AsyncGenerator[Delta]]:
        deltas = self._deltas(request)
        return await anext(deltas), deltas

    async def _deltas(self, request: ChatRequest) -> AsyncGenerator[Delta]:
        reader = StreamReader(
            self._http.redact,
            begins_thinking=request.begins_thinking,
            tools=frozenset(tool.name for tool in request.tools),
        )
        async with self._http.open_stream(
            "POST", _CHAT, request.as_json(stream=True), patience=request.patience
        ) as body:
            async with aclosing(self._arriving(body, reader, request.patience)) as arriving:
                async for delta in arriving:
                    yield delta
            for delta in reader.end():
                yield delta
            if reader.done:
                await _read_out(body)

    async def _arriving(
        self, body: ByteStream, reader: StreamReader, own_patience: float | None
    ) -> AsyncGenerator[Delta]:
        clock = asyncio.get_running_loop().time
        prolonging = self._prolonging if own_patience is None else 1
        patience, waiting_since = own_patience or self._first_byte_timeout, clock()
        while not reader.done:
            longest = _AFTER_END if reader.complete else waiting_since + prolonging * patience - clock()
            try:
                data = await body.read(max(0.0, min(patience, longest)))
            except UnreachableError as error:
                if reader.complete or (reader.ended and isinstance(error, TooSlowError)):
                    return
                raise
            if not data:
                return
            for delta in reader.feed(data):
                yield delta
                patience, waiting_since = own_patience or self._idle_timeout, clock()


async def _read_out(body: ByteStream) -> None:
    """Read to the very end, so that the connection can be used again."""
    with suppress(UnreachableError):
        await body.gather(_LAST_BYTES, _AFTER_DONE)


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig", errors="replace")
