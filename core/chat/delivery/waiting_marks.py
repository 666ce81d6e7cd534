"""The marks on messages that wait for their answers."""

from __future__ import annotations

from datetime import timedelta

import structlog

from core.chat.port.errors import OutboxError
from core.chat.port.incoming import Incoming
from core.chat.port.outbox import Outbox
from core.chat.port.retry_platform_calls import run_with_retries
from core.store import Conversations

_log = structlog.get_logger()

_NOTE = "waiting:"
"""How the names of its notes begin."""
_LIFETIME = timedelta(days=1)
_TIMEOUT = 5.0
"""Seconds; later the mark tells its reader little."""


class WaitingMarks:
    """Marks messages as waiting, and remembers that, so that whoever answers a message removes its mark."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def show(self, incoming: Incoming, outbox: Outbox) -> None:
        """Show the mark of a message, unless it has one; what the platform refuses is skipped."""
        chat, note = str(incoming.chat), _NOTE + incoming.event_id
        if await self._conversations.get_note(chat, note):
            return
        await self._conversations.put_note(chat, note, "1", lifetime=_LIFETIME)
        await _set_mark(outbox, waiting=True)

    async def remove(self, incoming: Incoming, outbox: Outbox) -> None:
        """Remove the mark of a message if it has one."""
        if await self._conversations.get_note(str(incoming.chat), _NOTE + incoming.event_id):
            await _set_mark(outbox, waiting=False)


async def _set_mark(outbox: Outbox, *, waiting: bool) -> None:
    try:
        await run_with_retries(lambda: outbox.mark_as_waiting(waiting=waiting), max_seconds=_TIMEOUT)
    except OutboxError as error:
        _log.info("the mark of a waiting message could not be changed", reason=error, waiting=waiting)
