"""A text as a voice note, posted once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import structlog

from core.chat.context import CommandContext
from core.chat.delivery.activity import activity_indicator
from core.chat.delivery.cancellation import run_cancellable
from core.chat.delivery.notice import send_notice
from core.chat.delivery.post_media import is_posted, post_media
from core.chat.generation.speech import SpeechScript
from core.chat.port.errors import ContentRejectedError, VoiceForbiddenError
from core.chat.port.media import Voice
from core.chat.text.error_sentences import error_key
from core.chat.text.user_error import UserFacingError
from core.media.audio.join import Sound
from core.media.speech_text.from_markdown import Words
from core.media.visible_text import is_blank
from core.wanjie import WanjieError

_log = structlog.get_logger()

_CODE = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)|`[^`\n]+`", re.DOTALL)

_CHINESE = re.compile(r"[\u4e00-\u9fff]")

_WORD = re.compile(r"[^\W\u4e00-\u9fff]+")


async def speak_if_wanted(context: CommandContext, text: str) -> None:
    """Speak an answer when the chat wants its answers spoken; a failure is told and leaves the answer as it is.

    Of one that has no words, such as code alone, nothing is said.
    """
    if is_blank(text) or context.job.stop_requested.is_set() or not await _wants_voice(context):
        return
    try:
        await speak_and_post(context, text)
    except UserFacingError as error:
        if error.key != "speak.nothing":
            await _tell_unspoken(context, context.translate(error.key, **error.values))
    except WanjieError as error:
        _log.warning("an answer could not be spoken", error=repr(error))
        await _tell_unspoken(context, context.translate(error_key(error)))


async def speak_and_post(context: CommandContext, text: str, *, name: str = "aloud_") -> None:
    """Post `text` (Markdown) as a voice note, unless a former owner of the turn did; `name` sets several apart.

    Raises `UserFacingError`, `WanjieError` or `RecipientGoneError` when that cannot be, `StoppedByUserError` when the
    user says so.
    """
    if not is_posted(context.job, name):
        await run_cancellable(context.job, _post(context, text, name))


async def _post(context: CommandContext, text: str, name: str) -> None:
    async with activity_indicator(context.outbox, "recording"):
        script = await context.services.speech.make_script(text, _words(context, text))
        sound = await _recorded(context, script, context.outbox.capabilities.voice)
    caption = context.translate("speak.cut", limit=context.services.policy.speak_limit) if script.cut else ""
    note = Voice(sound.data, sound.seconds, script.title, caption=caption)
    async with activity_indicator(context.outbox, "uploading"):
        try:
            await _attach(context, note, script, name)
        except ContentRejectedError as error:
            _log.warning("a voice note was refused", bytes=len(note.audio), error=str(error))
            raise UserFacingError("speak.refused") from error


async def _recorded(context: CommandContext, script: SpeechScript, into: Literal["opus", "mp3"]) -> Sound:
    choices = await context.preferences()
    return await context.run_with_model(
        "speech", choices, lambda model: context.services.speech.synthesize(script, model, choices, into)
    )


async def _attach(context: CommandContext, note: Voice, script: SpeechScript, name: str) -> None:
    """Post a voice note, as an ordinary audio file where people forbid voice notes."""
    try:
        await post_media(context.job, context.outbox, note, name=name)
    except VoiceForbiddenError:
        sound = await _recorded(context, script, "mp3")
        caption = "\n".join(filter(None, (note.caption, context.translate("speak.forbidden"))))
        file = replace(note, audio=sound.data, seconds=sound.seconds, note=False, caption=caption)
        await post_media(context.job, context.outbox, file, name=name)


def _words(context: CommandContext, text: str) -> Words:
    locale = _language(text) or context.locale

    def phrase(key: str) -> str:
        return context.services.translations.text(key, locale)

    return Words(
        code=phrase("spoken.code"),
        table=phrase("spoken.table"),
        link=phrase("spoken.link"),
        language=phrase("spoken.language"),
    )


def _language(text: str) -> str:
    """Of the languages that words are there in, the one nearer to a text; "" when nobody can say.

    A Chinese character counts as a word: technical terms have more letters than the Chinese around them. Beside it,
    names and identifiers, which have capitals or digits, are of no language.
    """
    prose = _CODE.sub(" ", text)
    chinese = len(_CHINESE.findall(prose))
    others = sum(word.isalpha() and (word.islower() or not chinese) for word in _WORD.findall(prose))
    if chinese == others == 0:
        return ""
    return "zh" if chinese > others else "en"


async def _wants_voice(context: CommandContext) -> bool:
    wanted = (await context.preferences()).voice_replies
    heard = any(attachment.kind == "voice" for attachment in context.incoming.attachments)
    return wanted == "always" or (wanted == "voice" and heard)


async def _tell_unspoken(context: CommandContext, reason: str) -> None:
    text = context.translate("speak.unspoken", reason=reason)
    await send_notice(context.job, context.outbox, text, name="unspoken_")
