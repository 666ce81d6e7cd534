"""Reading the question of a message, once for all owners of its job."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from core.chat.answer.answer_request import ConversationContext
from core.chat.checkpoint_fields import ANSWER, QUESTION_FIELD, QUESTION_NOTES
from core.chat.delivery.cancellation import run_cancellable
from core.chat.delivery.event_context import EventContext
from core.chat.question.build_question import QuestionBuilder
from core.chat.question.prompt import question_text
from core.chat.question.question import Question
from core.chat.text.user_error import UserFacingError
from core.redis.stored_values import StoredJson, parse_stored
from core.store import Conversations, HistoryMessage


@dataclass(frozen=True, slots=True)
class _StoredQuestion:
    text: str
    files: tuple[str, ...]
    notes: tuple[str, ...]


_STORED_QUESTION = StoredJson(_StoredQuestion)


class QuestionReader:
    """Makes a question of a message and its files, and saves it in the checkpoint."""

    def __init__(self, builder: QuestionBuilder, conversations: Conversations) -> None:
        self._builder = builder
        self._conversations = conversations

    async def read(self, context: EventContext, conversation: ConversationContext) -> Question:
        """Read a message with all its files, and say above the answer what is to be said of them.

        A job that is run again does not read them again: a transcript costs money, and a file may be gone by then.
        Raises `UserFacingError` for what cannot be understood, `StoppedByUserError` when the user stops it.
        """
        incoming = context.incoming
        if stored := parse_stored(
            QUESTION_FIELD, context.job.state.get(QUESTION_FIELD) or None, _STORED_QUESTION.parse
        ):
            question, notes = Question(stored.text, files=stored.files), stored.notes
        else:
            question, notes = await self._build(context, conversation)
            notes = (*map(context.translate, incoming.unread), *notes)
            if incoming.attachments or incoming.quoted_attachments:  # a text alone costs nothing to read again
                fields = asdict(_StoredQuestion(question.text, question.files, notes))
                await context.job.save_fields(**{QUESTION_FIELD: json.dumps(fields, ensure_ascii=False)})
        if notes:
            await context.reply_text("\n\n".join(notes), fields=QUESTION_NOTES)
        return question

    async def load_pictures(
        self, context: EventContext, conversation: ConversationContext, *more: HistoryMessage
    ) -> ConversationContext:
        """Load the pictures of the history and of `more`, for a model that takes them; a saved answer needs none."""
        if ANSWER.final_text in context.job.state or not any(said.files for said in (*conversation.history, *more)):
            return conversation
        model = await conversation.models.find("chat")
        loading = self._builder.load_pictures(
            [*conversation.history, *more], context.outbox, model, person=context.incoming.person
        )
        return replace(conversation, pictures=await run_cancellable(context.job, loading))

    async def _build(
        self, context: EventContext, conversation: ConversationContext
    ) -> tuple[Question, tuple[str, ...]]:
        incoming, history = context.incoming, conversation.history
        model = await conversation.models.find("chat")
        building = self._builder.build(incoming, context.outbox, history, model=model, payer=context.payer)
        if not (incoming.attachments or incoming.quoted_attachments):
            return await building  # nothing is waited for
        try:
            return await run_cancellable(context.job, building)
        except UserFacingError:
            pictures = tuple(file.id for file in incoming.attachments if file.kind == "image")
            if pictures and not context.outbox.capabilities.standalone:
                # Another model may take them: then `/retry` is enough.
                text = question_text(incoming, history) or "[picture]"
                unread, keep = HistoryMessage("user", text, pictures), context.preferences.keep
                await self._conversations.save_unanswered(context.memory, unread, keep=keep)
            raise
