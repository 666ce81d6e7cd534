"""What was said in a thread before the bot was called into it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from core.chat.message import Incoming, Sender
from core.chat.outbox import OutboxError
from core.engine import STORE_DOWN

from .api import Api
from .outbox import Team
from .quoting import attachments, words
from .readback import is_own

_log = structlog.get_logger()
_Json = dict[str, Any]
_PATIENCE = 3.0
"""Seconds that an answer waits for the thread."""
_MESSAGES = 20
_CHARACTERS = 6_000
_EACH = 2_000
"""What is quoted of a thread at most, and of each message in it: the first one and the newest."""


async def called_in(incoming: Incoming, team: Team, bot: str) -> Incoming:
    """Let a message that calls `bot` (a user id) into a thread reply to the first one, and know what was said since.

    The files are those of the first message or, if it has none, of the newest that has some. A thread that cannot be
    read in time is not quoted. Never raises.
    """
    first, *others = await _read(incoming, team.api) or [_Json()]
    since = [message for message in others if not is_own(message, bot)]
    files = (attachments(message) for message in (first, *reversed(since[-_MESSAGES:])))
    talked = any(words(message, bot) for message in since)
    return replace(
        incoming,
        quoted=words(first, bot),
        quoted_attachments=next((found for found in files if found), ()),
        discussion=await _discussion([first, *since], team, bot) if talked else "",
    )


async def _read(incoming: Incoming, api: Api) -> list[_Json]:
    try:
        async with asyncio.timeout(_PATIENCE):
            thread = await api.thread(incoming.chat.chat, incoming.thread, incoming.message_id)
    except (OutboxError, TimeoutError, *STORE_DOWN) as error:
        _log.info("a thread could not be read", reason=str(error) or type(error).__name__)
        return []
    return [message for message in thread if message.get("subtype") != "tombstone"]


async def _discussion(messages: list[_Json], team: Team, bot: str) -> str:
    said = [(message, text[:_EACH]) for message in messages if (text := words(message, bot))]
    while len(said) > _MESSAGES or sum(len(text) for _, text in said) > _CHARACTERS:
        del said[1]
    users = sorted({_user(message) for message, _ in said} - {""})
    known = await asyncio.gather(*(team.people.introduce(team.api, Sender(user)) for user in users))
    names = {sender.id: sender.name or sender.id for sender in known}
    return "\n".join(f"{_author(message, names)}: {_named(text, names)}" for message, text in said)


def _author(message: _Json, names: Mapping[str, str]) -> str:
    name = names.get(_user(message)) or str(message.get("username") or message.get("bot_id") or "")
    return " ".join(name.replace(":", " ").split())


def _named(text: str, names: Mapping[str, str]) -> str:
    """Call those who take part by the names before their own words."""
    return re.sub(r"@(\w+)", lambda found: "@" + names.get(found[1], found[1]), text)


def _user(message: _Json) -> str:
    return str(message.get("user") or "")
