"""Understanding what people say aloud."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath

import structlog

from core.chat.port.incoming import Attachment
from core.chat.port.outbox import Outbox
from core.chat.text.user_error import UserFacingError
from core.media.audio.decoder import UnreadableAudioError
from core.media.audio.join import extract_audio
from core.media.thread_pool import ThreadPool
from core.media.visible_text import strip_invisible
from core.settings import WanjieSettings
from core.wanjie import (
    BadRequestError,
    ContextTooLongError,
    ModelNotFoundError,
    RefusedContentError,
    TranscriptionRequest,
    WanjieClient,
)

from .attachments import download, is_video

_log = structlog.get_logger()

_SUFFIXES = {"audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/x-m4a": "m4a", "audio/webm": "webm", "audio/wav": "wav"}
_TELEGRAM = "ogg"
"""What Telegram records; its voice messages have no names."""
_AT_ONCE = 4
"""Recordings that are held at a time, in the whole process."""
_SHOWN = 1_000
"""Characters of a transcript that are told back."""


class Transcriber:
    """Turns recordings into words, where the service has a model that can."""

    def __init__(self, client: WanjieClient, settings: WanjieSettings, threads: ThreadPool) -> None:
        self._client = client
        self._threads = threads
        self._model = settings.transcribe_model
        self._table = asyncio.Semaphore(_AT_ONCE)

    @property
    def works(self) -> bool:
        """Whether there is a model that listens."""
        return self._model is not None

    async def transcribe(self, attachment: Attachment, outbox: Outbox) -> str:
        """What is said in a recording.

        Raises `UserFacingError`, whose sentence wants a `name`; a `WanjieError` when the service that listens has a
        problem; `RecipientGoneError`.
        """
        if self._model is None:
            raise UserFacingError("file.deaf")
        try:
            async with self._table:
                request = await self._request(self._model, attachment, outbox)
                words = strip_invisible(await self._client.transcribe(request))
        except ModelNotFoundError:
            _log.error("the transcription model is not available", model=self._model)
            raise UserFacingError("file.deaf") from None
        except RefusedContentError:
            raise
        except BadRequestError as error:
            _log.warning("a recording was not taken", error=repr(error), mime=attachment.mime, bytes=attachment.size)
            raise UserFacingError("file.long" if isinstance(error, ContextTooLongError) else "file.unheard") from None
        if not words:
            raise UserFacingError("file.silent")
        return words

    async def _request(self, model: str, attachment: Attachment, outbox: Outbox) -> TranscriptionRequest:
        """Fetch a recording; of a film the sound alone goes to the model."""
        data = await download(attachment.id, outbox, size=attachment.size)
        if not is_video(attachment):
            return TranscriptionRequest(model, data, _name(attachment), attachment.mime or "audio/ogg")
        try:
            sound = await self._threads.run(extract_audio, data)
        except UnreadableAudioError:
            raise UserFacingError("file.other") from None  # it has no sound, and nobody looks at the pictures
        return TranscriptionRequest(model, sound.data, "recording.mp3", "audio/mpeg")


def quote_transcript(words: str) -> str:
    """A transcript as a quote that stands above the answer."""
    line = " ".join(words.split())
    return f"> 🎤 {line}" if len(line) <= _SHOWN else f"> 🎤 {line[:_SHOWN].rstrip()}…"


def _name(attachment: Attachment) -> str:
    """A file name with an ending, since models tell the format by it."""
    if PurePosixPath(attachment.name).suffix:
        return attachment.name
    return f"recording.{_SUFFIXES.get(attachment.mime.partition(';')[0], _TELEGRAM)}"
