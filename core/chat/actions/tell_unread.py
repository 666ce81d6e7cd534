"""What a platform could not tell in time of the message that a command works on."""

from __future__ import annotations

from core.chat.context import CommandContext
from core.chat.delivery.notice import send_notice
from core.chat.text.user_error import UserFacingError

_THREAD, _NAMES = "unread.thread", "unread.names"


async def tell_unread(context: CommandContext) -> None:
    """Say above a command's work which names lack; raise `UserFacingError` when all that it would work on is unread.

    Of a thread, a command without words of its own works on the first message; else it needs none of it.
    """
    unread = context.incoming.unread
    if _THREAD in unread and not context.argument:
        raise UserFacingError("unread.again")
    if _NAMES in unread:
        await send_notice(context.job, context.outbox, context.translate(_NAMES), name="notes_")
