"""What an event of Slack leaves out: the thread above a message, and what the files of other workspaces are."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from core.chat.message import Attachment, Incoming
from core.chat.outbox import OutboxError
from core.engine import STORE_DOWN

from .files import Files
from .outbox import Team
from .quoting import attachments
from .thread import called_in

_log = structlog.get_logger()
_PATIENCE = 3.0
"""Seconds that an answer waits for each look-up."""


async def completed(incoming: Incoming, team: Team, bot: str, *, first: bool) -> Incoming:
    """Read the thread into which a message is the `first` to call the bot; look up files that are known by id alone.

    Never raises.
    """
    if first and incoming.thread not in {"", incoming.message_id}:
        incoming = await called_in(incoming, team, bot)
    return replace(
        incoming,
        attachments=await _known(incoming.attachments, team.files),
        quoted_attachments=await _known(incoming.quoted_attachments, team.files),
    )


async def _known(named: tuple[Attachment, ...], files: Files) -> tuple[Attachment, ...]:
    return tuple(await asyncio.gather(*(_looked_up(file, files) for file in named)))


async def _looked_up(file: Attachment, files: Files) -> Attachment:
    """What Slack knows about a file; why it knows nothing is told when the file is read, as documents are."""
    if file.name or file.mime:
        return file
    try:
        async with asyncio.timeout(_PATIENCE):
            found = attachments({"files": [await files.info(file.id)]})
    except (OutboxError, TimeoutError, *STORE_DOWN) as error:
        _log.info("a file could not be looked up", reason=str(error) or type(error).__name__)
        found = ()
    return next(iter(found), replace(file, kind="document"))
