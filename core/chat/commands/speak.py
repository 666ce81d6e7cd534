"""`/speak`: a text as a voice note."""

from __future__ import annotations

from core.chat.actions.speak_text import speak_and_post
from core.chat.answer.answer_service import TOOL_ONLY_ANSWER
from core.chat.context import CommandContext
from core.chat.delivery.answer_buttons import IN_PARTS
from core.chat.delivery.button_data import ButtonData
from core.media.visible_text import visible
from core.queue import event_tag


async def speak_text(context: CommandContext) -> None:
    """Speak the words of the command, else the message that it replies to, else the newest answer."""
    text = context.argument or context.quoted
    if not text and context.incoming.quoted_attachments:
        await context.reply("speak.nothing")
    elif text := text or await _newest_answer(context):
        await speak_and_post(context, text)
    else:
        await context.reply("speak.usage")


async def press_speak(context: CommandContext, button_data: ButtonData, rest: str) -> None:
    """Speak the answer that the button stands under; of one that is forgotten, its message when that is all of it."""
    history = await context.services.conversations.get_history(str(context.incoming.chat))
    whole = (
        message.content for message in reversed(history) if message.uid and event_tag(message.uid) == button_data.tag
    )
    text = next(whole, TOOL_ONLY_ANSWER)
    if text == TOOL_ONLY_ANSWER:
        text = "" if rest == IN_PARTS else visible(context.incoming.quoted)
    if text:
        await speak_and_post(context, text)
    else:
        await context.reply("speak.forgotten")


async def _newest_answer(context: CommandContext) -> str:
    history = await context.services.conversations.get_history(str(context.incoming.chat))
    answers = (message.content for message in reversed(history) if message.role == "assistant")
    return next((answer for answer in answers if answer != TOOL_ONLY_ANSWER), "")
