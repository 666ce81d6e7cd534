"""Having texts spoken: in pieces, at once, joined into one recording, and kept for the next time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal

import structlog

from core.chat.text.user_error import UserFacingError
from core.media.audio.join import AudioFile, AudioTooLongError, UnreadableAudioError, join_audio
from core.media.cache import Cache
from core.media.speech_text.from_markdown import SpokenPlaceholders, split_sentences, to_speakable_text
from core.media.thread_pool import ThreadPool
from core.media.visible_text import is_blank
from core.settings import ChatSettings, WanjieSettings
from core.store import ChatPreferences
from core.wanjie import (
    Attempts,
    BadRequestError,
    ContextTooLongError,
    RefusedContentError,
    SpeechRequest,
    UnsupportedVoiceError,
    WanjieClient,
    list_known_voices,
)

_log = structlog.get_logger()

_AT_ONCE = 4
"""Requests that one recording has under way."""
_AT_ONCE_TOGETHER = 16
"""Requests that all recordings of the process have under way."""
_CACHED_PIECES = _CACHED_SOUNDS = 16_000_000
"""Bytes: together some two hours of speech."""
_MOST_TRIES = 2
"""How often a recording that cannot be read is asked for, if its pieces may be asked for so often."""
_TITLE = 60
_SAMPLE = "你好。"
"""What is spoken to find out whether there is a voice."""


@dataclass(frozen=True, slots=True)
class SpeechScript:
    """What is said of a text: words alone."""

    text: str
    cut: bool
    """It is only the beginning, since the whole would take too long."""

    @property
    def title(self) -> str:
        """The first words, on one line."""
        line = " ".join(self.text.split())
        if len(line) <= _TITLE:
            return line
        head, blank, _ = line[: _TITLE - 1].rpartition(" ")
        # Chinese has no blanks; a word of its own length is cut, too.
        return (head if blank and len(head) > _TITLE // 2 else line[: _TITLE - 1]) + "…"


@dataclass(frozen=True, slots=True)
class _Order:
    """All that a recording depends on."""

    text: str
    model: str
    voice: str
    speed: float


class SpeechSynthesizer:
    """Speaks texts with the key's speech models."""

    def __init__(self, client: WanjieClient, threads: ThreadPool, wanjie: WanjieSettings, chat: ChatSettings) -> None:
        self._client = client
        self._threads = threads
        self._voice = wanjie.voice
        self._voices = wanjie.voices
        self._piece = wanjie.speech_limit
        self._most = chat.speak_limit
        self._lines = asyncio.Semaphore(_AT_ONCE_TOGETHER)
        self._pieces = Cache[tuple[bytes, ...]](_CACHED_PIECES, lambda pieces: sum(map(len, pieces)))
        self._sounds = Cache[AudioFile](_CACHED_SOUNDS, lambda sound: len(sound.data))

    async def make_script(self, markdown: str, words: SpokenPlaceholders) -> SpeechScript:
        """Turn Markdown into what can be said of it; raise `UserFacingError` when that is nothing."""
        text = await self._threads.run(to_speakable_text, markdown, words)
        if is_blank(text):
            raise UserFacingError("speak.nothing")
        if len(text) <= self._most:
            return SpeechScript(text, cut=False)
        pieces = await self._threads.run(split_sentences, text, self._most)
        return SpeechScript(pieces[0], cut=True)

    def voice(self, preferences: ChatPreferences) -> str:
        """The voice that speaks in a chat with these choices."""
        return preferences.voice or self._voice

    def known_voices(self, model: str) -> tuple[str, ...]:
        """The voices that `model` should have: the usual one, those that are documented, and those of the settings."""
        return tuple(dict.fromkeys((self._voice, *list_known_voices(model), *self._voices)))

    async def has_voice(self, model: str, voice: str) -> bool:
        """Whether `model` speaks a few words in `voice`; raise the `WanjieError` of a request that says neither."""
        order = _Order(_SAMPLE, model, voice, 1.0)
        try:
            attempts = defaultdict[str, Attempts](self._client.new_attempts)
            await self._pieces.get(order, partial(self._spoken, order, attempts))
        except (ContextTooLongError, RefusedContentError):
            raise
        except BadRequestError as error:  # the voice is all that may be wrong with it
            _log.info("a voice is not taken", model=model, error=repr(error))
            return False
        return True

    async def synthesize(
        self, script: SpeechScript, model: str, preferences: ChatPreferences, into: Literal["opus", "mp3"]
    ) -> AudioFile:
        """Have a script spoken by `model` in the chosen voice.

        What was recorded lately is not asked for again. Raises `UserFacingError` for what the chat can mend, and the
        `WanjieError` of a request that failed.
        """
        order = _Order(script.text, model, self.voice(preferences), speed_of(preferences))
        try:
            return await self._sounds.get((order, into), partial(self._joined, order, into))
        except UnsupportedVoiceError as error:
            key = "speak.voice_usual" if order.voice == self._voice else "speak.voice"
            raise UserFacingError(key, model=model, voice=order.voice) from error
        except ContextTooLongError as error:
            raise UserFacingError("speak.long", model=model) from error
        except RefusedContentError:
            raise
        except BadRequestError as error:
            if (
                preferences.voice or preferences.speed
            ):  # the likeliest reason, since nothing documents what a model takes
                raise UserFacingError("speak.manner", voice=order.voice, speed=f"{order.speed:g}") from error
            raise

    async def _joined(self, order: _Order, into: Literal["opus", "mp3"]) -> AudioFile:
        attempts = defaultdict[str, Attempts](self._client.new_attempts)
        for _ in range(_MOST_TRIES):
            pieces = await self._pieces.get(order, partial(self._spoken, order, attempts))
            try:
                return await self._threads.run(join_audio, pieces, into)
            except AudioTooLongError as error:
                raise UserFacingError("speak.hour") from error
            except UnreadableAudioError as error:
                _log.warning("a recording cannot be read", model=order.model, error=str(error))
                self._pieces.discard(order)
                for piece in attempts.values():
                    piece.count_failure()
            if any(piece.left < 1 for piece in attempts.values()):
                break
        raise UserFacingError("speak.broken")

    async def _spoken(self, order: _Order, attempts: Mapping[str, Attempts]) -> tuple[bytes, ...]:
        """Have a text spoken; in smaller pieces when they are too long, since nothing documents what a model takes.

        Each piece has the `attempts` of its text.
        """
        try:
            return await self._said(order, self._piece, attempts)
        except ContextTooLongError:
            _log.warning("pieces are too long for a speech model", model=order.model, characters=self._piece)
            return await self._said(order, self._piece // 2, attempts)

    async def _said(self, order: _Order, most: int, attempts: Mapping[str, Attempts]) -> tuple[bytes, ...]:
        """Have all pieces of a text spoken; the first that fails ends the others."""
        line = asyncio.Semaphore(_AT_ONCE)

        async def say(text: str) -> bytes:
            async with line, self._lines:
                request = SpeechRequest(order.model, text, order.voice, order.speed)
                return await self._client.synthesize_speech(request, attempts[text])

        pieces = await self._threads.run(split_sentences, order.text, most)
        saying = [asyncio.create_task(say(text)) for text in pieces]
        try:
            return tuple(await asyncio.gather(*saying))
        finally:
            for task in saying:
                task.cancel()
            await asyncio.gather(*saying, return_exceptions=True)


def speed_of(preferences: ChatPreferences) -> float:
    """The chosen speed, 1.0 when there is none that can be read."""
    with suppress(ValueError):
        return float(preferences.speed or 1.0)
    return 1.0
