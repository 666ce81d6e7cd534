"""`/speak`: a text as a voice note."""

from __future__ import annotations

from core.chat.actions.speak_text import aloud
from core.chat.answer.answer_service import DEED
from core.chat.context import Call
from core.chat.delivery.answer_buttons import IN_PARTS
from core.chat.delivery.button_data import Stamp
from core.media.visible_text import visible
from core.queue import tag_of


async def speak_text(call: Call) -> None:
    """Speak the words of the command, else the message that it replies to, else the newest answer."""
    text = call.argument or call.quoted
    if not text and call.incoming.quoted_attachments:
        await call.say("speak.nothing")
    elif text := text or await _newest_answer(call):
        await aloud(call, text)
    else:
        await call.say("speak.usage")


async def press_speak(call: Call, stamp: Stamp, rest: str) -> None:
    """Speak the answer that the button stands under; of one that is forgotten, its message when that is all of it."""
    history = await call.desk.conversations.history(str(call.incoming.chat))
    whole = (message.content for message in reversed(history) if message.uid and tag_of(message.uid) == stamp.tag)
    text = next(whole, DEED)
    if text == DEED:
        text = "" if rest == IN_PARTS else visible(call.incoming.quoted)
    if text:
        await aloud(call, text)
    else:
        await call.say("speak.forgotten")


async def _newest_answer(call: Call) -> str:
    history = await call.desk.conversations.history(str(call.incoming.chat))
    answers = (message.content for message in reversed(history) if message.role == "assistant")
    return next((answer for answer in answers if answer != DEED), "")
