"""Call every endpoint of the Open API: models, chat, speech, transcription, images."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import TypeVar

import structlog

from core.json_reader import NOT_JSON, parse_first_entries, parse_json
from core.settings import NO_PROXIES, Proxies, WanjieSettings
from core.tracing import NO_TRACER, Tracer

from .answer_and_download_timeouts import ANSWER_TIMEOUT, USAGE_TIMEOUT
from .call_observer import CallKind, CallObserver, observe, trace
from .download import Downloader
from .errors import (
    ServerFaultError,
    StreamBrokenError,
    TooManyRequestsError,
    TooSlowError,
    UnreachableError,
    UnreadableAnswerError,
    WanjieError,
)
from .failures.error_mapping import error_from_json, error_from_response
from .image_responses import ImageData, ImageResult, parse_images
from .memory_budget import MemoryBudget
from .reading_pace import ReadingPace
from .requests import ChatRequest, ImageRequest, SpeechRequest, TranscriptionRequest
from .responses import (
    MAX_MODELS,
    Completion,
    Delta,
    ImageDelta,
    Transcript,
    parse_completion,
    parse_models,
    parse_transcript,
)
from .retry_policy import DEFAULT_BACKOFF, Attempts, Backoff, Retries
from .speech_responses import extract_audio
from .streaming.plain_frames import is_unfinished
from .streaming.stream_reader import StreamReader
from .transport import Batches, ByteStream, HttpResponse, HttpTransport, MultipartForm

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)
_T = TypeVar("_T")

_CHAT_PATH = "/v1/chat/completions"
_SLICE_BYTES = 8_192
"""Bytes of a stream that are read without a pause for other calls."""
_MAX_INLINE_LENGTH = 1_000_000
"""Characters that are read in the event loop: some ten milliseconds of work."""
_MAX_EXCERPT_LENGTH = 500
_MAX_IMAGES_BYTES = 100_000_000
"""A response may hold several images as base64."""
_MAX_LIST_BYTES = 32_000_000


class WanjieClient:
    """Call the Open API; safe for any number of concurrent calls.

    Every method may raise any `WanjieError` except `ModelNameError`. A call is retried after a 429, a 5xx or a lost
    connection, as long as no part of its answer was returned: `settings.max_attempts` attempts in all (see
    `Attempts`). If the response names a wait of up to 30 s, the retry waits that long.
    """

    def __init__(
        self,
        settings: WanjieSettings,
        *,
        backoff: Backoff = DEFAULT_BACKOFF,
        comment_factor: float = 10,
        answer_timeout: float = ANSWER_TIMEOUT,
        downloads: Downloader | None = None,
        proxies: Proxies = NO_PROXIES,
        observer: CallObserver | None = None,
        memory: MemoryBudget | None = None,
        tracer: Tracer = NO_TRACER,
    ) -> None:
        """`observer` is told of each attempt of a call; `memory` bounds what all calls hold together."""
        self._observer, self._tracer = observer, tracer
        self._http = HttpTransport(settings, proxies, memory)
        self._retries = Retries(settings.max_attempts, backoff)
        self._downloader = downloads or Downloader(settings, proxies=proxies)
        # Comments prove that a gateway is alive, not that a model is working.
        self._comment_factor = comment_factor
        self._first_byte_timeout = settings.first_byte_timeout
        self._idle_timeout = settings.idle_timeout
        self._answer_timeout = answer_timeout

    async def aclose(self) -> None:
        """Close every connection; running calls fail."""
        await self._http.aclose()
        await self._downloader.aclose()

    async def list_models(self) -> tuple[str, ...]:
        """List the ids of the models that this key may use, in the platform's order."""

        async def attempt() -> tuple[str, ...]:
            answer = await self._http.fetch("GET", "/v1/models", max_bytes=_MAX_LIST_BYTES)
            if len(answer.content) <= _MAX_INLINE_LENGTH:
                return await self._parse(answer, parse_models)
            _log.warning("the list of models is too long, its beginning is used", bytes=len(answer.content))
            entries = await asyncio.to_thread(parse_first_entries, _decode(answer.content), MAX_MODELS)
            return parse_models(entries)

        names = await self._retries.run(attempt)
        if self._observer is not None:
            self._observer.note_models(names)
        return names

    async def complete_chat(self, request: ChatRequest) -> Completion:
        """Ask for a whole answer within `request.silence_timeout` or `settings.first_byte_timeout` seconds."""

        async def attempt() -> Completion:
            body = request.as_json(stream=False)
            answer = await self._http.fetch("POST", _CHAT_PATH, body, silence_timeout=request.silence_timeout)
            return await self._parse(answer, parse_completion)

        return await self._run("chat", request.model, attempt)

    def new_attempts(self) -> Attempts:
        """Create the attempts of one question; pass them to `stream_chat` again when its answer broke off."""
        return self._retries.new_attempts()

    async def stream_chat(
        self, request: ChatRequest, attempts: Attempts | None = None, *, pace: ReadingPace | None = None
    ) -> AsyncGenerator[Delta]:
        """Ask for an answer as a stream, which is read at `pace`; the last delta is the only `Finish`.

        Use it with `contextlib.aclosing`: closing the iterator early closes the connection, which stops the model.
        After the first delta, a lost connection, a failure of the platform and silence of `settings.idle_timeout`
        raise `StreamBrokenError`, which uses one of the `attempts` like every failure before it. Comments extend that
        timeout, up to `comment_factor` times, unless the request has a `silence_timeout` of its own.
        """
        attempts = attempts or self.new_attempts()
        begin = partial(self._read_first_delta, request, pace)
        first, rest = await self._run("chat", request.model, begin, attempts)
        async with aclosing(rest):
            yield first
            try:
                async for delta in rest:
                    yield delta
            except StreamBrokenError as error:
                self._count_interruption(request.model, attempts, error)
                raise
            except (ServerFaultError, TooManyRequestsError, UnreachableError, UnreadableAnswerError) as error:
                self._count_interruption(request.model, attempts, error)
                raise StreamBrokenError(
                    f"the answer broke off: {error}", status=error.status, code=error.code, excerpt=error.excerpt
                ) from error

    async def synthesize_speech(self, request: SpeechRequest, attempts: Attempts | None = None) -> bytes:
        """Turn a text into speech; return the audio in the requested format.

        Pass `attempts` to count further calls that are made because the audio was unusable.
        """

        async def attempt() -> bytes:
            answer = await self._http.fetch("POST", "/v1/audio/speech", request.as_json())
            sound = await _run_aside(
                partial(extract_audio, answer.content, answer.media_type), size=len(answer.content)
            )
            if sound is None:
                raise error_from_response(200, {}, self._http.redact(_decode(answer.content)))
            return sound

        return await self._run("speech", request.model, attempt, attempts)

    async def transcribe(self, request: TranscriptionRequest) -> Transcript:
        """Turn speech into text; "" when there is none."""
        form = MultipartForm(request.as_form(), request.file_name, request.audio, request.mime)

        async def attempt() -> Transcript:
            answer = await self._http.fetch("POST", "/v1/audio/transcriptions", form)
            if answer.media_type == "text/plain" and answer.content[:1] not in {b"{", b"<"}:
                return Transcript(_decode(answer.content).strip())
            return await self._parse(answer, parse_transcript)

        return await self._run("transcription", request.model, attempt)

    async def generate_images(self, request: ImageRequest) -> list[ImageResult]:
        """Generate images; download links at once, because they may expire soon."""

        async def attempt() -> list[ImageResult]:
            answer = await self._http.fetch(
                "POST", "/v1/images/generations", request.as_json(), max_bytes=_MAX_IMAGES_BYTES
            )
            images = await self._parse(answer, parse_images)
            for image in images:
                self._track(image)
            return images

        return await self._run("image", request.model, attempt)

    async def download(self, url: str, *, max_bytes: int) -> bytes:
        """Download the file behind a link from a model, without the key, up to `max_bytes`; see `download`.

        Raises:
            UnsafeAddressError: the link or a redirect does not lead to a public address by https.
            DownloadTooLargeError: the file is larger.
            DownloadError: the file does not exist (any more).
        """
        attempt = partial(self._downloader.fetch, url, max_bytes=max_bytes)
        try:
            async with asyncio.timeout(self._downloader.total_timeout):
                return await self._retries.run(attempt)
        except TimeoutError:
            raise TooSlowError(f"no whole file within {self._downloader.total_timeout:g} s") from None

    async def _run(
        self, kind: CallKind, model: str, attempt: Callable[[], Awaitable[_T]], attempts: Attempts | None = None
    ) -> _T:
        traced = trace(self._tracer, kind, model, attempt)
        return await self._retries.run(observe(self._observer, kind, model, traced), attempts)

    def _count_interruption(self, model: str, attempts: Attempts, error: WanjieError) -> None:
        self._retries.count_interruption(attempts, error)
        if self._observer is not None:
            self._observer.note_error("chat", model, error)

    def _track(self, image: ImageResult | None) -> None:
        """Count an image against the memory of all calls until nobody needs it any more."""
        if isinstance(image, ImageData):
            self._http.memory.track(image, len(image.data))

    async def _parse(self, answer: HttpResponse, parse: Callable[[object], _T]) -> _T:
        return await _run_aside(lambda: parse(self._parse_json(answer)), size=len(answer.content))

    def _parse_json(self, answer: HttpResponse) -> object:
        text = self._http.redact(_decode(answer.content))
        raw = parse_json(text, NOT_JSON)
        if raw is NOT_JSON:
            raise UnreadableAnswerError("the answer is not JSON", status=200, excerpt=text[:_MAX_EXCERPT_LENGTH])
        if error := error_from_json(raw):
            raise error
        return raw

    async def _read_first_delta(
        self, request: ChatRequest, pace: ReadingPace | None
    ) -> tuple[Delta, AsyncGenerator[Delta]]:
        deltas = self._stream_deltas(request, pace)
        return await anext(deltas), deltas

    async def _stream_deltas(self, request: ChatRequest, pace: ReadingPace | None) -> AsyncGenerator[Delta]:
        reader = StreamReader(
            self._http.redact,
            starts_with_reasoning=request.starts_with_reasoning,
            tool_names=frozenset(tool.name for tool in request.tools),
        )
        batches = Batches(pace, is_unfinished) if pace is not None else None
        async with self._http.open_stream(
            "POST", _CHAT_PATH, request.as_json(stream=True), silence_timeout=request.silence_timeout, batches=batches
        ) as body:
            with self._http.memory.reading() as account:
                arriving = self._read_deltas(body, reader, request.silence_timeout, account)
                async with aclosing(arriving):
                    async for delta in arriving:
                        yield delta
            for delta in await _run_aside(reader.finish, size=reader.buffered_length):
                yield delta
            if reader.is_done:
                await body.drain()

    async def _read_deltas(
        self, body: ByteStream, reader: StreamReader, own_timeout: float | None, account: object
    ) -> AsyncGenerator[Delta]:
        clock = asyncio.get_running_loop().time
        factor = self._comment_factor if own_timeout is None else 1
        timeout, waiting_since = own_timeout or self._first_byte_timeout, clock()
        deadline = waiting_since + self._answer_timeout
        while not reader.is_done:
            if clock() > deadline:
                raise TooSlowError(f"no whole answer within {self._answer_timeout:g} s")
            remaining = USAGE_TIMEOUT if reader.is_complete else waiting_since + factor * timeout - clock()
            try:
                data = await body.read(max(0.0, min(timeout, remaining)))
            except UnreachableError as error:
                if reader.is_complete or (reader.has_ended and isinstance(error, TooSlowError)):
                    return
                raise
            if not data:
                return
            async for delta in _feed_in_slices(reader, data):
                if isinstance(delta, ImageDelta):
                    self._track(delta.image)
                yield delta
                timeout, waiting_since = own_timeout or self._idle_timeout, clock()
            read_at = clock()
            await self._http.memory.resize(account, reader.buffered_length)
            waiting_since += clock() - read_at  # it was not the model that was silent


async def _feed_in_slices(reader: StreamReader, data: bytes) -> AsyncGenerator[Delta]:
    """Read bytes with pauses for other calls, since many tiny frames take long."""
    step = _SLICE_BYTES if reader.buffered_length <= _MAX_INLINE_LENGTH else len(data)
    for start in range(0, len(data), step):
        if start:
            await asyncio.sleep(0)
        feed = partial(reader.feed, data[start : start + step])
        for delta in await _run_aside(feed, size=reader.buffered_length):
            yield delta
        reader.raise_held_error()


async def _run_aside(work: Callable[[], _T], *, size: int) -> _T:
    """Do work on so many characters; in a thread when they are so many that other calls would wait for it."""
    return await asyncio.to_thread(work) if size > _MAX_INLINE_LENGTH else work()


def _decode(content: bytes) -> str:
    return content.decode("utf-8-sig", errors="replace")
