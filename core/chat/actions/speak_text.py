"""A text as a voice note, posted once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import structlog

from core.chat.context import Call
from core.chat.delivery.activity import at_work
from core.chat.delivery.cancellation import unless_stopped
from core.chat.delivery.notice import tell
from core.chat.delivery.post_media import attach, attached
from core.chat.generation.speech import Script
from core.chat.port.errors import RefusedError, VoiceForbiddenError
from core.chat.port.media import Voice
from core.chat.text.error_sentences import explain
from core.chat.text.user_error import ExcuseError
from core.media.audio.join import Sound
from core.media.speech_text.from_markdown import Words
from core.media.visible_text import is_blank
from core.wanjie import WanjieError

_log = structlog.get_logger()

_CODE = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)|`[^`\n]+`", re.DOTALL)

_CHINESE = re.compile(r"[\u4e00-\u9fff]")

_WORD = re.compile(r"[^\W\u4e00-\u9fff]+")


async def reply_aloud(call: Call, text: str) -> None:
    """Speak an answer when the chat wants its answers spoken; a failure is told and leaves the answer as it is.

    Of one that has no words, such as code alone, nothing is said.
    """
    if is_blank(text) or call.turn.stopped.is_set() or not await _wants_voice(call):
        return
    try:
        await aloud(call, text)
    except ExcuseError as error:
        if error.key != "speak.nothing":
            await _tell_unspoken(call, call.phrase(error.key, **error.values))
    except WanjieError as error:
        _log.warning("an answer could not be spoken", error=repr(error))
        await _tell_unspoken(call, call.phrase(explain(error)))


async def aloud(call: Call, text: str, *, name: str = "aloud_") -> None:
    """Post `text` (Markdown) as a voice note, unless a former owner of the turn did; `name` sets several apart.

    Raises `ExcuseError`, `WanjieError` or `GoneError` when that cannot be, `StoppedError` when the user says so.
    """
    if not attached(call.turn, name):
        await unless_stopped(call.turn, _post(call, text, name))


async def _post(call: Call, text: str, name: str) -> None:
    async with at_work(call.outbox, "recording"):
        script = await call.desk.speech.script(text, _words(call, text))
        sound = await _recorded(call, script, call.outbox.capabilities.voice)
    caption = call.phrase("speak.cut", limit=call.desk.policy.speak_limit) if script.cut else ""
    note = Voice(sound.data, sound.seconds, script.title, caption=caption)
    async with at_work(call.outbox, "uploading"):
        try:
            await _attach(call, note, script, name)
        except RefusedError as error:
            _log.warning("a voice note was refused", bytes=len(note.audio), error=str(error))
            raise ExcuseError("speak.refused") from error


async def _recorded(call: Call, script: Script, into: Literal["opus", "mp3"]) -> Sound:
    choices = await call.choices()
    return await call.use("speech", choices, lambda model: call.desk.speech.record(script, model, choices, into))


async def _attach(call: Call, note: Voice, script: Script, name: str) -> None:
    """Post a voice note, as an ordinary audio file where people forbid voice notes."""
    try:
        await attach(call.turn, call.outbox, note, name=name)
    except VoiceForbiddenError:
        sound = await _recorded(call, script, "mp3")
        caption = "\n".join(filter(None, (note.caption, call.phrase("speak.forbidden"))))
        file = replace(note, audio=sound.data, seconds=sound.seconds, note=False, caption=caption)
        await attach(call.turn, call.outbox, file, name=name)


def _words(call: Call, text: str) -> Words:
    locale = _language(text) or call.locale

    def phrase(key: str) -> str:
        return call.desk.sentences.say(key, locale)

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


async def _wants_voice(call: Call) -> bool:
    wanted = (await call.choices()).voice_replies
    heard = any(attachment.kind == "voice" for attachment in call.incoming.attachments)
    return wanted == "always" or (wanted == "voice" and heard)


async def _tell_unspoken(call: Call, reason: str) -> None:
    text = call.phrase("speak.unspoken", reason=reason)
    await tell(call.turn, call.outbox, text, name="unspoken_")
