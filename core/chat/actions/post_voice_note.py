"""Speaking a text as a voice note, posted once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import structlog

from core.chat.answer.select_model_or_fallback import ChatModels, ModelSelector
from core.chat.checkpoint_fields import VOICE_FAILURE_NOTICE, VOICE_NOTE, PostFields
from core.chat.delivery.activity_indicator import activity_indicator
from core.chat.delivery.cancellation import run_cancellable
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.post_media import is_posted, post_media
from core.chat.generation.synthesize_speech import SpeechScript, SpeechSynthesizer
from core.chat.port.errors import ContentRejectedError, VoiceForbiddenError
from core.chat.port.markdown import Markdown
from core.chat.port.media import Voice
from core.chat.text.error_keys import error_key
from core.chat.text.user_error import UserFacingError
from core.media.decoding_results import AudioFile
from core.media.speech_text.from_markdown import SpokenPlaceholders
from core.media.visible_text import is_blank
from core.wanjie import WanjieError

_log = structlog.get_logger()

_CODE = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)|`[^`\n]+`", re.DOTALL)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\u4e00-\u9fff]+")


class Speaker:
    """Speaks with the chats' speech models."""

    def __init__(self, speech: SpeechSynthesizer, models: ModelSelector, *, limit: int) -> None:
        """`limit` is how many characters of a text are spoken."""
        self._speech = speech
        self._models = models
        self._limit = limit

    async def speak_if_wanted(self, context: EventContext, text: str, models: ChatModels) -> None:
        """Speak an answer when the chat wants that; a failure is reported and leaves the answer as it is.

        An answer without words, such as code alone, is not spoken.
        """
        if is_blank(text) or context.job.stop_requested.is_set() or not _wants_voice(context, models):
            return
        try:
            await self.speak_and_post(context, text, models=models)
        except UserFacingError as error:
            if error.key != "speak.nothing":
                await _report_failure(context, context.translate(error.key, **error.values))
        except WanjieError as error:
            _log.warning("an answer could not be spoken", error=error)
            await _report_failure(context, context.translate(error_key(error)))

    async def speak_and_post(
        self, context: EventContext, text: str, *, models: ChatModels | None = None, fields: PostFields = VOICE_NOTE
    ) -> None:
        """Post `text` (Markdown) as a voice note, unless a former owner of the job did; `fields` set several apart.

        Raises `UserFacingError`, `WanjieError` or `RecipientGoneError` when it cannot be spoken or posted,
        `StoppedByUserError` when the user stops it.
        """
        if not is_posted(context.job, fields):
            models = models or await self._models.load(context.incoming.chat, context.models)
            await run_cancellable(context.job, self._speak(context, text, models, fields))

    async def _speak(self, context: EventContext, text: str, models: ChatModels, fields: PostFields) -> None:
        async with activity_indicator(context.outbox, "recording"):
            script = await self._speech.make_script(text, _spoken_words(context, text))
            sound = await self._synthesize(context, script, models, context.outbox.capabilities.voice)
        caption = context.translate("speak.cut", limit=self._limit) if script.cut else ""
        voice = Voice(sound.data, sound.seconds, script.title, caption=caption)
        async with activity_indicator(context.outbox, "uploading"):
            try:
                await self._post(context, voice, script, models, fields)
            except VoiceForbiddenError as error:  # neither a voice message nor an audio file may be sent
                raise UserFacingError("attach.no_voice") from error
            except ContentRejectedError as error:
                _log.warning("a voice note was refused", bytes=len(voice.audio), error=error)
                raise UserFacingError("speak.refused") from error

    async def _synthesize(
        self, context: EventContext, script: SpeechScript, models: ChatModels, audio_format: Literal["opus", "mp3"]
    ) -> AudioFile:
        preferences = models.preferences
        return await self._models.run_with_model(
            context,
            models,
            "speech",
            lambda model: self._speech.synthesize(script, model, preferences, audio_format, payer=context.payer),
        )

    async def _post(
        self, context: EventContext, voice: Voice, script: SpeechScript, models: ChatModels, fields: PostFields
    ) -> None:
        """Post a voice note, as an ordinary audio file where people forbid voice notes."""
        try:
            await post_media(context, voice, fields)
        except VoiceForbiddenError:
            sound = await self._synthesize(context, script, models, "mp3")
            caption = "\n".join(filter(None, (voice.caption, context.translate("speak.forbidden"))))
            file = replace(voice, audio=sound.data, seconds=sound.seconds, note=False, caption=caption)
            await post_media(context, file, fields)


def _spoken_words(context: EventContext, text: str) -> SpokenPlaceholders:
    """Return the words that stand for code, tables and links, in the language of the text."""
    locale = _detect_language(text) or context.locale

    def phrase(key: str) -> str:
        return context.translations.plain_text(key, locale)

    return SpokenPlaceholders(
        code=phrase("spoken.code"),
        table=phrase("spoken.table"),
        link=phrase("spoken.link"),
        language=phrase("spoken.language"),
    )


def _detect_language(text: str) -> str:
    """Return the language of a text, `zh` or `en`; "" when it has no words.

    A Chinese character counts as a word: technical terms have more letters than the Chinese around them. Beside it,
    names and identifiers, which have capitals or digits, count for no language.
    """
    prose = _CODE.sub(" ", text)
    chinese = len(_CHINESE.findall(prose))
    others = sum(word.isalpha() and (word.islower() or not chinese) for word in _WORD.findall(prose))
    if chinese == others == 0:
        return ""
    return "zh" if chinese > others else "en"


def _wants_voice(context: EventContext, models: ChatModels) -> bool:
    wanted = models.preferences.voice_replies
    sent_voice = any(attachment.kind == "voice" for attachment in context.incoming.attachments)
    return wanted == "always" or (wanted == "voice" and sent_voice)


async def _report_failure(context: EventContext, reason: Markdown) -> None:
    await context.reply_text(context.translate("speak.unspoken", reason=reason), fields=VOICE_FAILURE_NOTICE)
