"""`/speak`: a text as a voice note."""

from __future__ import annotations

from core.chat.actions.speak_text import Speaker
from core.chat.answer.answer_with_history import TOOL_ONLY_ANSWER
from core.chat.delivery.answer_buttons import LAST_PART_MARK
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.generation.image_caption import quoted_text
from core.media.visible_text import strip_invisible
from core.queue import event_tag
from core.store import Conversations
from core.wanjie import Catalog


class SpeakCommand:
    """Speaks texts and answers."""

    def __init__(self, speaker: Speaker, conversations: Conversations, catalog: Catalog) -> None:
        self._speaker = speaker
        self._conversations = conversations
        self._catalog = catalog

    async def speak(self, context: EventContext) -> None:
        """Speak the words of the command, else the message that it replies to, else the newest answer."""
        text = context.argument or quoted_text(context.incoming, self._catalog.detect_kind)
        if not text and context.incoming.quoted_attachments:
            await context.reply("speak.nothing")
        elif text := text or await self._find_newest_answer(context):
            await self._speaker.speak_and_post(context, text)
        else:
            await context.reply("speak.usage")

    async def press_speak(self, context: EventContext, button_data: ButtonData, part: str) -> None:
        """Speak the answer above the button; of a forgotten one, its message when that shows the whole answer."""
        history = await self._conversations.get_history(context.memory)
        answers = (
            message.content
            for message in reversed(history)
            if message.uid and event_tag(message.uid) == button_data.tag
        )
        text = next(answers, TOOL_ONLY_ANSWER)
        if text == TOOL_ONLY_ANSWER:
            text = "" if part == LAST_PART_MARK else strip_invisible(context.incoming.quoted)
        if text:
            await self._speaker.speak_and_post(context, text)
        else:
            await context.reply("speak.forgotten")

    async def _find_newest_answer(self, context: EventContext) -> str:
        history = await self._conversations.get_history(context.memory)
        answers = (message.content for message in reversed(history) if message.role == "assistant")
        return next((answer for answer in answers if answer != TOOL_ONLY_ANSWER), "")
