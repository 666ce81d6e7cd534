"""What a message asks, worked out once for all owners of its turn."""

from __future__ import annotations

import json

from core.chat.answer.answer_service import Memory
from core.chat.context import Call
from core.chat.delivery.cancellation import unless_stopped
from core.chat.delivery.notice import tell
from core.chat.question.prompt import question_of
from core.chat.question.question import READ, Question
from core.chat.text.user_error import ExcuseError
from core.store import Remembered


async def asked(call: Call, memory: Memory) -> Question:
    """Read the message with all its files, saying above the answer what is to be said of them.

    A turn that is run again does not read them again: a transcript costs money, and a file may be gone by then.
    Raises `ExcuseError` for what cannot be understood, `StoppedError` when the user says so.
    """
    if kept := call.turn.state.get(READ):
        fields = json.loads(kept)
        question, notes = Question(fields["text"], files=tuple(fields["files"])), fields["notes"]
    else:
        question, notes = await _read(call, memory)
        notes = (*map(call.phrase, call.incoming.unread), *notes)
        if call.incoming.attachments or call.incoming.quoted_attachments:  # words alone cost nothing to read again
            fields = {"text": question.text, "files": question.files, "notes": notes}
            await call.turn.note(**{READ: json.dumps(fields, ensure_ascii=False)})
    if notes:
        await tell(call.turn, call.outbox, "\n\n".join(notes), name="notes_")
    return question


async def _read(call: Call, memory: Memory) -> tuple[Question, tuple[str, ...]]:
    incoming = call.incoming
    model = await call.desk.chosen.model(memory.choices, "chat")
    reading = call.desk.reading.question(incoming, call.outbox, memory.history, model=model)
    try:
        return await unless_stopped(call.turn, reading)
    except ExcuseError:
        if pictures := tuple(file.id for file in incoming.attachments if file.kind == "image"):
            # Another model may see them: then `/retry` is all that it takes.
            words = question_of(incoming, memory.history) or "[picture]"
            await call.desk.conversations.note_unanswered(str(incoming.chat), Remembered("user", words, pictures))
        raise
