"""Synthesizing speech: in pieces, concurrently, joined into one recording and cached."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import structlog

from core.chat.port.names import clean_line
from core.chat.text.user_error import UserFacingError
from core.fair_limiter import FairLimiter, NoSlotError
from core.media.cache import Cache
from core.media.decoding.jobs_and_limits import join_audio
from core.media.decoding.pool import DecoderPool
from core.media.decoding_results import AudioFile, AudioTooLongError, UnreadableAudioError
from core.media.speech_text.from_markdown import SpokenPlaceholders, split_sentences, to_speakable_text
from core.media.thread_pool import ThreadPool
from core.media.visible_text import is_blank
from core.redis.stored_values import parse_stored
from core.settings import ChatSettings, WanjieSettings
from core.store import ChatPreferences
from core.usage import MeteredClient, Payer
from core.wanjie import (
    Attempts,
    BadRequestError,
    ContextTooLongError,
    RefusedContentError,
    SpeechRequest,
    UnsupportedVoiceError,
    list_known_voices,
)

_log = structlog.get_logger()

_MAX_CONCURRENT = 4
"""Concurrent requests of one recording."""
_MAX_CONCURRENT_IN_ALL, _MAX_CONCURRENT_OF_PERSON = 16, 8
"""Concurrent requests of all recordings of the process, and those for one person among them."""
_PIECE_CACHE_BYTES = _SOUND_CACHE_BYTES = 16_000_000
"""Bytes: together some two hours of speech."""
_MAX_ATTEMPTS = 2
"""How often a recording is requested when it cannot be read, if its pieces may be requested so often."""
_MAX_TITLE_LENGTH = 60
_SAMPLE = "你好。"
"""The text of a trial of a voice."""


@dataclass(frozen=True, slots=True)
class SpeechScript:
    """The words of a text that can be spoken."""

    text: str
    cut: bool
    """Whether it is only the beginning of a text that is too long."""

    @property
    def title(self) -> str:
        """The first words, on one line."""
        line = clean_line(self.text)
        if len(line) <= _MAX_TITLE_LENGTH:
            return line
        head, blank, _ = line[: _MAX_TITLE_LENGTH - 1].rpartition(" ")
        # Chinese has no blanks; a word of its own length is cut, too.
        return (head if blank and len(head) > _MAX_TITLE_LENGTH // 2 else line[: _MAX_TITLE_LENGTH - 1]) + "…"


@dataclass(frozen=True, slots=True)
class _Recording:
    """Everything that a recording depends on."""

    text: str
    model: str
    voice: str
    speed: float


class SpeechSynthesizer:
    """Synthesizes texts with the key's speech models."""

    def __init__(
        self,
        client: MeteredClient,
        threads: ThreadPool,
        decoders: DecoderPool,
        wanjie: WanjieSettings,
        chat: ChatSettings,
    ) -> None:
        self._client = client
        self._threads = threads
        self._decoders = decoders
        self._default_voice = wanjie.voice
        self._voices = wanjie.voices
        self._piece = wanjie.speech_limit
        self._max_characters = chat.speak_limit
        self._request_slots = FairLimiter(_MAX_CONCURRENT_IN_ALL, per_key=_MAX_CONCURRENT_OF_PERSON)
        self._pieces = Cache[tuple[bytes, ...]](_PIECE_CACHE_BYTES, lambda pieces: sum(map(len, pieces)))
        self._sounds = Cache[AudioFile](_SOUND_CACHE_BYTES, lambda sound: len(sound.data))

    async def make_script(self, markdown: str, words: SpokenPlaceholders) -> SpeechScript:
        """Turn Markdown into words that can be spoken; raise `UserFacingError` when there are none."""
        text = await self._threads.run(to_speakable_text, markdown, words)
        if is_blank(text):
            raise UserFacingError("speak.nothing")
        if len(text) <= self._max_characters:
            return SpeechScript(text, cut=False)
        pieces = await self._threads.run(split_sentences, text, self._max_characters)
        return SpeechScript(pieces[0], cut=True)

    def voice(self, preferences: ChatPreferences) -> str:
        """Return the voice of a chat with these preferences."""
        return preferences.voice or self._default_voice

    def known_voices(self, model: str) -> tuple[str, ...]:
        """Return the voices that `model` should have: the default, the documented ones and those of the settings."""
        return tuple(dict.fromkeys((self._default_voice, *list_known_voices(model), *self._voices)))

    async def has_voice(self, model: str, voice: str, *, payer: Payer) -> bool:
        """Whether `model` speaks a few words in `voice`; raise the `WanjieError` of a request that says neither."""
        recording = _Recording(_SAMPLE, model, voice, 1.0)
        try:
            attempts = defaultdict[str, Attempts](self._client.new_attempts)
            await self._pieces.get(recording, partial(self._speak_pieces, recording, attempts, payer))
        except (ContextTooLongError, RefusedContentError):
            raise
        except BadRequestError as error:  # only the voice can be wrong with it
            _log.info("a voice is not taken", model=model, error=error)
            return False
        return True

    async def synthesize(
        self,
        script: SpeechScript,
        model: str,
        preferences: ChatPreferences,
        audio_format: Literal["opus", "mp3"],
        *,
        payer: Payer,
    ) -> AudioFile:
        """Return a script as spoken by `model` in the chat's voice, for `payer`.

        Recent recordings are cached. Raises `UserFacingError` for what the chat can change, and the `WanjieError` of a
        request that failed.
        """
        recording = _Recording(script.text, model, self.voice(preferences), speed_of(preferences))
        try:
            return await self._sounds.get(
                (recording, audio_format), partial(self._make_sound, recording, audio_format, payer)
            )
        except UnsupportedVoiceError as error:
            key = "speak.voice_usual" if recording.voice == self._default_voice else "speak.voice"
            raise UserFacingError(key, model=model, voice=recording.voice) from error
        except ContextTooLongError as error:
            raise UserFacingError("speak.long", model=model) from error
        except RefusedContentError:
            raise
        except BadRequestError as error:
            if (
                preferences.voice or preferences.speed
            ):  # the likeliest reason, since the options of models are not documented
                raise UserFacingError("speak.manner", voice=recording.voice, speed=f"{recording.speed:g}") from error
            raise

    async def _make_sound(self, recording: _Recording, audio_format: Literal["opus", "mp3"], payer: Payer) -> AudioFile:
        attempts = defaultdict[str, Attempts](self._client.new_attempts)
        for _ in range(_MAX_ATTEMPTS):
            pieces = await self._pieces.get(recording, partial(self._speak_pieces, recording, attempts, payer))
            try:
                return await self._decoders.run(join_audio(audio_format), pieces, person=payer.person)
            except NoSlotError as error:
                raise UserFacingError("error.busy") from error
            except AudioTooLongError as error:
                raise UserFacingError("speak.hour") from error
            except UnreadableAudioError as error:
                _log.warning("a recording cannot be read", model=recording.model, error=error)
                self._pieces.discard(recording)
                for piece in attempts.values():
                    piece.count_failure()
            if any(piece.left < 1 for piece in attempts.values()):
                break
        raise UserFacingError("speak.broken")

    async def _speak_pieces(
        self, recording: _Recording, attempts: Mapping[str, Attempts], payer: Payer
    ) -> tuple[bytes, ...]:
        """Synthesize a text; in smaller pieces when they are too long, since the limits of models are not documented.

        Each piece has the `attempts` of its text.
        """
        try:
            return await self._speak_split(recording, self._piece, attempts, payer)
        except ContextTooLongError:
            _log.warning("pieces are too long for a speech model", model=recording.model, characters=self._piece)
            return await self._speak_split(recording, self._piece // 2, attempts, payer)

    async def _speak_split(
        self, recording: _Recording, most: int, attempts: Mapping[str, Attempts], payer: Payer
    ) -> tuple[bytes, ...]:
        """Synthesize all pieces of a text; the first that fails cancels the others."""
        slots = asyncio.Semaphore(_MAX_CONCURRENT)

        async def speak(text: str) -> bytes:
            async with slots, self._request_slots.slot(payer.person):
                request = SpeechRequest(recording.model, text, recording.voice, recording.speed)
                return await self._client.synthesize_speech(request, payer, attempts[text])

        pieces = await self._threads.run(split_sentences, recording.text, most)
        tasks = [asyncio.create_task(speak(text)) for text in pieces]
        try:
            return tuple(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def speed_of(preferences: ChatPreferences) -> float:
    """Return the chosen speed; 1.0 when there is none that can be read."""
    speed = parse_stored("speed", preferences.speed, float)
    return speed if speed is not None and 0 < speed < math.inf else 1.0
