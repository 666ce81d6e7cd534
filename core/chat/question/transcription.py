"""Transcribing voice messages, and the sound of videos."""

from __future__ import annotations

from pathlib import PurePosixPath

import structlog

from core.chat.port.incoming import Attachment
from core.chat.port.outbox import Outbox
from core.chat.text.user_error import UserFacingError
from core.error_words import keep_error_words
from core.fair_limiter import FairLimiter, NoSlotError
from core.media.decoding.jobs_and_limits import extract_audio
from core.media.decoding_results import AudioTooLongError, UnreadableAudioError
from core.media.visible_text import strip_invisible
from core.settings import WanjieSettings
from core.usage import MeteredClient, ModelNotAllowedError, Payer
from core.wanjie import (
    BadRequestError,
    ContextTooLongError,
    ModelNotFoundError,
    RefusedContentError,
    TranscriptionRequest,
)

from .attachment_kinds import is_video
from .download_and_decode import DOWNLOAD_TIMEOUT, ReceivedFiles, download

_log = structlog.get_logger()

_SUFFIXES = {"audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/x-m4a": "m4a", "audio/webm": "webm", "audio/wav": "wav"}
_DEFAULT_SUFFIX = "ogg"
"""What most voice messages are, where the platform tells neither their name nor their type."""
_MAX_CONCURRENT, _MAX_CONCURRENT_OF_PERSON = 4, 2
"""Recordings in memory at a time, in the whole process, and those of one person among them."""


class Transcriber:
    """Transcribes recordings, where a transcription model is configured."""

    def __init__(self, client: MeteredClient, settings: WanjieSettings, files: ReceivedFiles) -> None:
        self._client = client
        self._files = files
        self._model = settings.transcribe_model
        self._slots = FairLimiter(_MAX_CONCURRENT, per_key=_MAX_CONCURRENT_OF_PERSON)

    @property
    def works(self) -> bool:
        """Whether there is a transcription model."""
        return self._model is not None

    async def transcribe(self, attachment: Attachment, outbox: Outbox, *, payer: Payer) -> str:
        """Return the text of a recording that `payer` has sent.

        Raises `UserFacingError`, whose sentence wants a `name`; a `WanjieError` when the transcription
        fails; `RecipientGoneError`.
        """
        if self._model is None:
            raise UserFacingError("file.deaf")
        try:
            async with self._slots.slot(payer.person, max_wait=DOWNLOAD_TIMEOUT):
                request = await self._build_request(self._model, attachment, outbox, payer.person)
                words = strip_invisible(await self._client.transcribe(request, payer))
        except NoSlotError:
            raise UserFacingError("file.late") from None
        except ModelNotAllowedError:
            raise UserFacingError("file.deaf_closed") from None
        except ModelNotFoundError:
            _log.error("the transcription model is not available", model=self._model)
            raise UserFacingError("file.deaf") from None
        except RefusedContentError:
            raise
        except BadRequestError as error:
            _log.warning(
                "a recording was not taken", error=error, mime=keep_error_words(attachment.mime), bytes=attachment.size
            )
            raise UserFacingError("file.long" if isinstance(error, ContextTooLongError) else "file.unheard") from None
        if not words:
            raise UserFacingError("file.silent")
        return words

    async def _build_request(
        self, model: str, attachment: Attachment, outbox: Outbox, person: str
    ) -> TranscriptionRequest:
        """Download a recording; of a video the sound alone goes to the model."""
        if not is_video(attachment):
            data = await download(attachment.id, outbox, size=attachment.size)
            return TranscriptionRequest(model, data, _file_name(attachment), attachment.mime or "audio/ogg")
        try:
            sound = await self._files.decode(
                extract_audio(), attachment.id, outbox, person=person, size=attachment.size
            )
        except AudioTooLongError:
            raise UserFacingError("file.long") from None
        except UnreadableAudioError:
            raise UserFacingError("file.other") from None  # it has no sound, and its pictures are not shown to a model
        return TranscriptionRequest(model, sound.data, "recording.mp3", "audio/mpeg")


def _file_name(attachment: Attachment) -> str:
    """Return a file name with a suffix, by which models recognise the format."""
    if PurePosixPath(attachment.name).suffix:
        return attachment.name
    return f"recording.{_SUFFIXES.get(attachment.mime.partition(';')[0], _DEFAULT_SUFFIX)}"
