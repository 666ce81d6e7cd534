"""Ratings of answers: which model made the answer, and the count of what people think of it."""

from __future__ import annotations

from core.chat.answer.answer_with_history import MODEL_NOTE
from core.chat.port.incoming import Incoming, Rating
from core.store import Conversations
from core.usage import FeedbackCounters


class RatingCounter:
    """Knows which model made an answer, for as long as a history is kept."""

    def __init__(self, conversations: Conversations, feedback: FeedbackCounters) -> None:
        self._conversations = conversations
        self._feedback = feedback

    async def count(self, incoming: Incoming, rating: Rating) -> None:
        """Count the rating of a message; one that is no answer of a model, or an old one, has none."""
        model = await self._conversations.get_note(str(incoming.chat.parent), MODEL_NOTE + incoming.message_id)
        if model is not None:
            await self._feedback.record(model, before=rating.before, after=rating.after)
