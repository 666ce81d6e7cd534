"""What a platform could not tell in time of the message that a command works on."""

from __future__ import annotations

from core.chat.context import Call
from core.chat.delivery.notice import tell
from core.chat.text.user_error import ExcuseError

_THREAD, _NAMES = "unread.thread", "unread.names"


async def tell_unread(call: Call) -> None:
    """Say above a command's work which names lack; raise `ExcuseError` when all that it would work on is unread.

    Of a thread, a command without words of its own works on the first message; else it needs none of it.
    """
    unread = call.incoming.unread
    if _THREAD in unread and not call.argument:
        raise ExcuseError("unread.again")
    if _NAMES in unread:
        await tell(call.turn, call.outbox, call.phrase(_NAMES), name="notes_")
