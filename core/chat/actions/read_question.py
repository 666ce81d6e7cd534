"""What a message asks, worked out once for all owners of its turn."""

from __future__ import annotations

import json

from core.chat.answer.answer_service import ConversationContext
from core.chat.context import CommandContext
from core.chat.delivery.cancellation import run_cancellable
from core.chat.delivery.notice import send_notice
from core.chat.events.gathering import QUESTION_FIELD
from core.chat.question.prompt import question_text
from core.chat.question.question import Question
from core.chat.text.user_error import UserFacingError
from core.store import HistoryMessage


async def read_question(context: CommandContext, conversation: ConversationContext) -> Question:
    """Read the message with all its files, saying above the answer what is to be said of them.

    A turn that is run again does not read them again: a transcript costs money, and a file may be gone by then.
    Raises `UserFacingError` for what cannot be understood, `StoppedByUserError` when the user says so.
    """
    if kept := context.job.state.get(QUESTION_FIELD):
        fields = json.loads(kept)
        question, notes = Question(fields["text"], files=tuple(fields["files"])), fields["notes"]
    else:
        question, notes = await _read(context, conversation)
        notes = (*map(context.translate, context.incoming.unread), *notes)
        if (
            context.incoming.attachments or context.incoming.quoted_attachments
        ):  # words alone cost nothing to read again
            fields = {"text": question.text, "files": question.files, "notes": notes}
            await context.job.save_fields(**{QUESTION_FIELD: json.dumps(fields, ensure_ascii=False)})
    if notes:
        await send_notice(context.job, context.outbox, "\n\n".join(notes), name="notes_")
    return question


async def _read(context: CommandContext, conversation: ConversationContext) -> tuple[Question, tuple[str, ...]]:
    incoming = context.incoming
    model = await context.services.models.model_for(conversation.preferences, "chat")
    reading = context.services.questions.build(incoming, context.outbox, conversation.history, model=model)
    try:
        return await run_cancellable(context.job, reading)
    except UserFacingError:
        if pictures := tuple(file.id for file in incoming.attachments if file.kind == "image"):
            # Another model may see them: then `/retry` is all that it takes.
            words = question_text(incoming, conversation.history) or "[picture]"
            await context.services.conversations.save_unanswered(
                str(incoming.chat), HistoryMessage("user", words, pictures)
            )
        raise
