"""What was said in a thread before the bot was called into it, or since it was last asked there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bots.json_fields import Json, get_text
from bots.slack.api.methods import SlackApi, Thread
from bots.slack.api.own_messages import is_own
from bots.slack.api.retry import look_up
from bots.slack.api.users import named_in
from bots.slack.api.workspace import WorkspaceApi
from core.chat.port.incoming import Incoming
from core.chat.text.attribution import shorten_quote

from .message_text import MessageText, read_message

_TIMEOUT = 12.0
"""Seconds that an answer waits for the thread."""
_MAX_MESSAGES = 20
_MAX_CHARACTERS = 12_000
_MAX_LENGTH = 4_000
"""What is quoted of a thread at most, and of each message in it: the first one and the newest."""
_MAX_PAGES = 5
"""Of 1,000 messages each; of a longer thread the newest messages are not to be had."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A message of a thread."""

    message: Json
    read: MessageText

    @property
    def words(self) -> str:
        """Not more of them than are quoted."""
        return shorten_quote(self.read.whole, _MAX_LENGTH) if self.cut else self.read.whole

    @property
    def cut(self) -> bool:
        return len(self.read.whole) > _MAX_LENGTH

    @property
    def user(self) -> str:
        return get_text(self.message, "user")

    def author(self, names: Mapping[str, str]) -> str:
        """Whoever wrote it, fit to stand before a colon."""
        app = get_text(self.message, "username") or get_text(self.message, "bot_id")
        name = names.get("@" + self.user) or app or self.user
        return " ".join(name.replace(":", " ").split())


async def called_in(incoming: Incoming, workspace: WorkspaceApi, bot: str) -> Incoming:
    """Let a message that calls `bot` (a user id) into a thread reply to the first one, and know what was said since.

    The files are those of the message itself, of the first one or, if it has none, of the newest that has some. A
    thread that Slack does not tell in time is `unread`. Never raises.
    """
    thread = await _read(incoming, workspace.api, after="")
    if thread is None or not thread.messages:
        return _unread(incoming, "unread.thread")
    first, *others = [_Said(message, read_message(message, bot)) for message in thread.messages]
    since = [said for said in others if not is_own(said.message, bot)]
    incoming = _with_files(incoming, [first, *reversed(since[-_MAX_MESSAGES:])])
    if any(said.words for said in since):
        return await _discussed(incoming, [first, *since], workspace, more=thread.more)
    quoted = "\n\n".join(part for part in (first.read.whole, incoming.quoted) if part)
    return replace(incoming, quoted=quoted, named=(*incoming.named, *first.read.named))


async def called_again(incoming: Incoming, workspace: WorkspaceApi, bot: str, since: str) -> Incoming:
    """Let a message that calls `bot` once more know what people said to each other after the ts `since`; see above."""
    thread = await _read(incoming, workspace.api, after=since)
    if thread is None:
        return _unread(incoming, "unread.thread")
    read = [_Said(message, read_message(message, bot)) for message in thread.messages]
    news = [said for said in read if not is_own(said.message, bot)]
    if not any(said.words for said in news):
        return _with_files(incoming, list(reversed(news)))
    return await _discussed(_with_files(incoming, list(reversed(news))), news, workspace, more=thread.more)


async def _read(incoming: Incoming, api: SlackApi, *, after: str) -> Thread | None:
    """Read what is older than the message, page by page; None when Slack does not tell in time."""
    found: tuple[Json, ...] = ()
    for _ in range(_MAX_PAGES):
        newest = get_text(found[-1], "ts") if found else after
        page = await look_up("a thread", lambda newest=newest: _page(incoming, api, newest), timeout=_TIMEOUT)
        if page is None:
            return None
        found += page.messages
        if not page.more or not page.messages:
            return Thread(_standing(found), more=False)
    return Thread(_standing(found), more=True)


async def _page(incoming: Incoming, api: SlackApi, after: str) -> Thread:
    return await api.thread(incoming.chat.chat, incoming.thread, incoming.message_id, after=after)


def _standing(messages: Sequence[Json]) -> tuple[Json, ...]:
    return tuple(message for message in messages if message.get("subtype") != "tombstone")


def _with_files(incoming: Incoming, said: Sequence[_Said]) -> Incoming:
    if incoming.quoted_attachments:
        return incoming
    files = ((*one.read.files, *one.read.forwarded_files) for one in said)
    return replace(incoming, quoted_attachments=next((found for found in files if found), ()))


def _unread(incoming: Incoming, key: str) -> Incoming:
    return replace(incoming, unread=(*incoming.unread, key))


async def _discussed(incoming: Incoming, said: Sequence[_Said], workspace: WorkspaceApi, *, more: bool) -> Incoming:
    """Quote as much of a discussion as is allowed, each message with its author, and what the message forwards."""
    worded = [one for one in said if one.words]
    kept = _bounded(worded)
    ids = dict.fromkeys(name for one in kept for name in (f"@{one.user}", *one.read.named) if len(name) > 1)
    names = await workspace.users.names(workspace.api, ids)
    lines = [f"{kept[0].author(names.known)}: {named_in(kept[0].words, names.known)}"]
    for before, one in pairwise(kept):
        missing = worded.index(one) - worded.index(before) - 1
        lines += [f"[… {missing} messages are left out …]"] if missing else []
        lines.append(f"{one.author(names.known)}: {named_in(one.words, names.known)}")
    discussion = "\n".join(lines) + (f"\n\n{incoming.quoted}" if incoming.quoted else "")
    incoming = replace(incoming, quoted=kept[0].read.whole, discussion=discussion)
    incoming = replace(incoming, named=(*incoming.named, *kept[0].read.named))
    incoming = _unread(incoming, "unread.names") if names.lacking else incoming
    whole = not more and len(kept) == len(worded) and not any(one.cut for one in kept)
    return incoming if whole else _unread(incoming, "unread.part")


def _bounded(said: list[_Said]) -> list[_Said]:
    """The first message and the newest, as many as are quoted."""
    first, *others = said
    kept, characters = [first], len(first.words)
    newest: list[_Said] = []
    for one in reversed(others):
        characters += len(one.words)
        if len(newest) + 2 > _MAX_MESSAGES or characters > _MAX_CHARACTERS:
            break
        newest.insert(0, one)
    return kept + newest
