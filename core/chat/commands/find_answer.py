"""Finding the answer that a command or a button means."""

from __future__ import annotations

from core.chat.answer.answer_with_history import TOOL_ONLY_ANSWER
from core.chat.delivery.answer_buttons import LAST_PART_MARK
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.media.visible_text import strip_invisible
from core.queue import event_tag
from core.store import Conversations


async def find_newest_answer(conversations: Conversations, context: EventContext) -> str:
    """Return the words of the newest answer that has some; "" when there is none."""
    history = await conversations.get_history(context.memory)
    answers = (message.content for message in reversed(history) if message.role == "assistant")
    return next((answer for answer in answers if answer != TOOL_ONLY_ANSWER), "")


async def find_pressed_answer(
    conversations: Conversations, context: EventContext, button_data: ButtonData, part: str
) -> str:
    """Return the answer above the button; of a forgotten one, its message when that shows the whole answer."""
    history = await conversations.get_history(context.memory)
    answers = (
        message.content for message in reversed(history) if message.uid and event_tag(message.uid) == button_data.tag
    )
    text = next(answers, TOOL_ONLY_ANSWER)
    if text == TOOL_ONLY_ANSWER:
        return "" if part == LAST_PART_MARK else strip_invisible(context.incoming.quoted)
    return text
