"""`/speak`: a text as a voice note."""

from __future__ import annotations

from core.chat.actions.post_voice_note import Speaker
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.generation.image_caption import quoted_text
from core.store import Conversations
from core.wanjie import Catalog

from .find_answer import find_newest_answer, find_pressed_answer


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
        elif text := text or await find_newest_answer(self._conversations, context):
            await self._speaker.speak_and_post(context, text)
        else:
            await context.reply("speak.usage")

    async def press_speak(self, context: EventContext, button_data: ButtonData, part: str) -> None:
        """Speak the answer above the button; see `find_pressed_answer`."""
        text = await find_pressed_answer(self._conversations, context, button_data, part)
        if text:
            await self._speaker.speak_and_post(context, text)
        else:
            await context.reply("speak.forgotten")
