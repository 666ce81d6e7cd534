"""Ratings of answers: which model made the answer, and the count of what people think of it."""

from __future__ import annotations

from core.chat.answer.answer_with_history import MODEL_NOTE
from core.chat.delivery.answer_buttons import RATINGS
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.port.incoming import Incoming, Rating
from core.redis.stored_values import parse_stored
from core.store import Conversations
from core.usage import FeedbackCounters


class RatingCounter:
    """Knows which model made an answer, for as long as a history is kept."""

    def __init__(self, conversations: Conversations, feedback: FeedbackCounters) -> None:
        self._conversations = conversations
        self._feedback = feedback

    async def count(self, incoming: Incoming, rating: Rating) -> bool:
        """Count the rating of a message; return False for one that is no answer of a model, or an old one."""
        model = await self._conversations.get_note(str(incoming.chat.parent), MODEL_NOTE + incoming.message_id)
        if model is not None:
            await self._feedback.record(model, before=rating.before, after=rating.after)
        return model is not None

    async def press(self, context: EventContext, answer: ButtonData, action: str) -> None:
        """Count a press of a button that rates an answer; who changes their mind counts once, as they think last.

        What somebody thinks of an answer is noted for as long as a history is kept.
        """
        incoming, after = context.incoming, RATINGS.get(action, 0)
        chat, note = str(incoming.chat.parent), f"rated:{answer.tag}:{incoming.sender.id}"
        before = parse_stored(note, await self._conversations.get_note(chat, note), int) or 0
        if before != after:  # noted first: a press that is handled twice counts once
            await self._conversations.put_note(chat, note, str(after))
        if await self.count(incoming, Rating(before, after)):
            await context.notify_presser("rating.thanks" if after > 0 else "rating.sorry")
        else:
            await context.notify_presser("button.over")
