"""What an event of Slack leaves out: the thread above a message, names, and what the files of other workspaces are."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from bots.slack.api.files import Files
from bots.slack.api.retry import look_up
from bots.slack.api.users import named_in
from bots.slack.api.workspace import WorkspaceApi
from core.chat.port.incoming import Attachment, Incoming

from .file_attachments import files_of
from .thread import called_again, called_in

_FILE_TIMEOUT = 6.0
"""Seconds that an answer waits for each file's look-up."""
_EVENT_TS = re.compile(r"[a-z](\d+\.\d+)")
"""The event id of what happened at a time of Slack's: messages, presses, shortcuts."""


async def enrich(incoming: Incoming, workspace: WorkspaceApi, bot: str, *, first: bool, since: str) -> Incoming:
    """Read the thread into which a message calls the bot: all of it the `first` time, else what came after `since`.

    Look up names, and files that are known by id alone. Never raises.
    """
    if incoming.thread not in {"", incoming.message_id}:
        last = _EVENT_TS.fullmatch(since)
        if first:
            incoming = await called_in(incoming, workspace, bot)
        elif last:
            incoming = await called_again(incoming, workspace, bot, last[1])
    incoming, attachments, quoted = await asyncio.gather(
        _with_names(incoming, workspace),
        _known(incoming.attachments, workspace.files),
        _known(incoming.quoted_attachments, workspace.files),
    )
    return replace(incoming, attachments=attachments, quoted_attachments=quoted)


async def _with_names(incoming: Incoming, workspace: WorkspaceApi) -> Incoming:
    if not incoming.named:
        return incoming
    names = await workspace.users.names(workspace.api, incoming.named)
    lacking = names.lacking and "unread.names" not in incoming.unread
    return replace(
        incoming,
        text=named_in(incoming.text, names.known),
        quoted=named_in(incoming.quoted, names.known),
        discussion=named_in(incoming.discussion, names.known),
        unread=(*incoming.unread, *(["unread.names"] if lacking else [])),
    )


async def _known(named: tuple[Attachment, ...], files: Files) -> tuple[Attachment, ...]:
    return tuple(await asyncio.gather(*(_looked_up(file, files) for file in named)))


async def _looked_up(file: Attachment, files: Files) -> Attachment:
    """What Slack knows about a file; why it knows nothing is told when the file is read, as documents are."""
    if file.name or file.mime:
        return file
    info = await look_up("a file", lambda: files.info(file.id), timeout=_FILE_TIMEOUT)
    return next(iter(files_of({"files": [info]} if info else {})), replace(file, kind="document"))
