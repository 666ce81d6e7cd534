"""What an event of Slack leaves out: what the files are that come from other workspaces."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from core.chat.message import Attachment, Incoming
from core.chat.outbox import OutboxError
from core.engine import STORE_DOWN

from .files import Files
from .quoting import attachments

_log = structlog.get_logger()
_PATIENCE = 3.0
"""Seconds that an answer waits for each look-up."""


async def completed(incoming: Incoming, files: Files) -> Incoming:
    """Look up the files that the event names by their ids alone. Never raises."""
    return replace(incoming, attachments=await _known(incoming.attachments, files))


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
