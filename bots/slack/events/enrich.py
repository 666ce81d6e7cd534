"""Add what an event of Slack lacks: the thread of a message, names, and files of other workspaces."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from decimal import Decimal

from bots.slack.api.files import FilesApi
from bots.slack.api.look_up_with_retries import look_up
from bots.slack.api.user_and_channel_names import replace_ids
from bots.slack.api.workspace_api import WorkspaceApi
from core.chat.port.incoming import Attachment, Incoming

from .file_attachments import read_files
from .message_text import read_message
from .modal_submissions import CUT_QUOTE_KEY
from .read_thread import add_thread, add_thread_since

_FILE_TIMEOUT = 6.0
"""Seconds for the look-up of each file."""
_TS = re.compile(r"\d{1,16}\.\d{1,6}")
_TS_STEP = Decimal("0.000001")
"""Between two messages of a channel at least."""
_MESSAGE_TIMEOUT = 6.0
"""Seconds for reading a message."""
_EVENT_TS = re.compile(r"[a-z](\d+\.\d+)")
"""An event id with a ts: of messages, presses, shortcuts."""


async def enrich(incoming: Incoming, workspace: WorkspaceApi, *, since: str | None) -> Incoming:
    """Add the thread in which a message mentions the bot: all of it, or the messages after the event `since`.

    Look up names, and files of which only the id is known. Never raises.
    """
    if has_discussion(incoming):
        if since == "":
            incoming = await add_thread(incoming, workspace)
        elif last := _EVENT_TS.fullmatch(since or ""):
            incoming = await add_thread_since(incoming, workspace, last[1])
    if CUT_QUOTE_KEY in incoming.unread and _TS.fullmatch(incoming.message_id):
        incoming = await _read_whole_quote(incoming, workspace)
    if not (incoming.named or incoming.attachments or incoming.quoted_attachments):
        return incoming
    incoming, attachments, quoted = await asyncio.gather(
        _fill_in_names(incoming, workspace),
        _look_up_files(incoming.attachments, workspace.files),
        _look_up_files(incoming.quoted_attachments, workspace.files),
    )
    return replace(incoming, attachments=attachments, quoted_attachments=quoted)


def has_discussion(incoming: Incoming) -> bool:
    """Whether it stands in a thread that it does not begin."""
    return incoming.thread not in {"", incoming.message_id}


async def _read_whole_quote(incoming: Incoming, workspace: WorkspaceApi) -> Incoming:
    """Read the message of which a modal has kept the beginning; where that fails, the beginning has to do."""
    ts, thread, user = Decimal(incoming.message_id), incoming.thread or incoming.message_id, incoming.sender.id
    after, before = str(ts - _TS_STEP), str(ts + _TS_STEP)
    page = await look_up(
        "a message",
        lambda: workspace.api.read_thread(incoming.chat.chat, thread, before, user=user, after=after),
        timeout=_MESSAGE_TIMEOUT,
    )
    if page is None or not page.messages:
        return incoming
    content = read_message(page.messages[0], workspace.bot.user)
    unread = tuple(key for key in incoming.unread if key != CUT_QUOTE_KEY)
    return replace(incoming, quoted=content.command_input, named=content.named, unread=unread)


async def _fill_in_names(incoming: Incoming, workspace: WorkspaceApi) -> Incoming:
    if not incoming.named:
        return incoming
    names = await workspace.users.look_up_names(workspace.api, incoming.named, asked_by=incoming.sender.id)
    incomplete = names.incomplete and "unread.names" not in incoming.unread
    return replace(
        incoming,
        text=replace_ids(incoming.text, names.known),
        quoted=replace_ids(incoming.quoted, names.known),
        discussion=replace_ids(incoming.discussion, names.known),
        unread=(*incoming.unread, *(["unread.names"] if incomplete else [])),
    )


async def _look_up_files(attachments: tuple[Attachment, ...], files: FilesApi) -> tuple[Attachment, ...]:
    return tuple(await asyncio.gather(*(_look_up_file(file, files) for file in attachments)))


async def _look_up_file(file: Attachment, files: FilesApi) -> Attachment:
    """Look up a file of which only the id is known; if that fails, reading it as a document reports the reason."""
    if file.name or file.mime:
        return file
    info = await look_up("a file", lambda: files.get_info(file.id), timeout=_FILE_TIMEOUT)
    return next(iter(read_files({"files": [info]} if info else {})), replace(file, kind="document"))
