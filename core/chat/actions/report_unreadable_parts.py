"""Saying what a platform could not read in time of the message that a command works on."""

from __future__ import annotations

from core.chat.checkpoint_fields import QUESTION_NOTES
from core.chat.delivery.event_context import EventContext
from core.chat.text.user_error import UserFacingError

_THREAD, _NAMES, _QUOTE = "unread.thread", "unread.names", "unread.quote"


async def report_unread(context: EventContext) -> None:
    """Say above a command's result that names are missing, or the end of a message.

    Raise `UserFacingError` when its whole input is unread.

    Of a thread, a command without words of its own works on the first message; with words it needs none of it.
    """
    unread = context.incoming.unread
    if _THREAD in unread and not context.argument:
        raise UserFacingError("unread.again")
    notes = [context.translate(key) for key in (_NAMES, _QUOTE) if key in unread]
    if notes:
        await context.reply_text("\n".join(notes), fields=QUESTION_NOTES)
