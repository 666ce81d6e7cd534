"""Read the messages of a thread: before the bot was mentioned in it, since its last mention, or all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bots.slack.api.look_up_with_retries import look_up
from bots.slack.api.methods import SlackApi, ThreadPage
from bots.slack.api.own_messages import is_own
from bots.slack.api.user_and_channel_names import Names, replace_ids
from bots.slack.api.workspace_api import WorkspaceApi
from core.chat.port.discussion import Discussion, DiscussionMessage
from core.chat.port.incoming import Incoming
from core.chat.text.attribution import attribute, format_speaker, indent_lines, shorten_quote
from core.json_reader import Json, get_text

from .message_text import MessageText, read_message

_TIMEOUT = 12.0
"""Seconds for reading the thread."""
_MAX_MESSAGES = 20
_MAX_DISCUSSION_LENGTH = 12_000
_MAX_MESSAGE_LENGTH = 4_000
"""Limits of the quoted discussion, which keeps the first message and the newest, and of each message."""
_MAX_PAGES = 5
"""Of 1,000 messages each; the newest messages of a longer thread are not read."""


@dataclass(frozen=True, slots=True)
class _ThreadMessage:
    """A message of a thread."""

    message: Json
    content: MessageText

    @property
    def excerpt(self) -> str:
        """The text, shortened to the limit of one message."""
        return shorten_quote(self.content.full_text, _MAX_MESSAGE_LENGTH) if self.is_cut else self.content.full_text

    @property
    def is_cut(self) -> bool:
        return len(self.content.full_text) > _MAX_MESSAGE_LENGTH

    @property
    def user(self) -> str:
        return get_text(self.message, "user")

    def author(self, names: Mapping[str, str]) -> str:
        """The name of the author, formatted for use before a colon."""
        app = get_text(self.message, "username") or get_text(self.message, "bot_id")
        name = names.get("@" + self.user) or app or self.user
        return format_speaker(name)

    def to_discussion(self, names: Mapping[str, str]) -> DiscussionMessage:
        """Return it with the author and the names of those whom it mentions."""
        sent = int(float(get_text(self.message, "ts") or 0))
        return DiscussionMessage(self.author(names), sent, replace_ids(self.excerpt, names))

    def attribute(self, names: Mapping[str, str]) -> str:
        """Return the excerpt with the author and the names of those whom it mentions."""
        return attribute(self.author(names), replace_ids(self.excerpt, names))


async def add_thread(incoming: Incoming, workspace: WorkspaceApi) -> Incoming:
    """Add the thread to a message that mentions the bot there for the first time.

    The first message is quoted, the later ones are its discussion; in a direct message, the bot's answers are among
    them, since nothing is remembered of it. The files are those of the message itself, of the first one or, if it has
    none, of the newest that has some. A thread that cannot be read in time is `unread`. Never raises.
    """
    thread = await _read_thread(incoming, workspace.api, before=incoming.message_id)
    if thread is None or not thread.messages:
        return _mark_unread(incoming, "unread.thread")
    first, *others = [_ThreadMessage(message, read_message(message, workspace.bot.user)) for message in thread.messages]
    since = [one for one in others if incoming.direct or not is_own(one.message, workspace.bot.user)]
    incoming = _add_files(incoming, [first, *reversed(since[-_MAX_MESSAGES:])])
    if any(message.excerpt for message in since):
        return await _add_discussion(incoming, [first, *since], workspace, more=thread.more)
    quoted = "\n\n".join(part for part in (first.content.full_text, incoming.quoted) if part)
    return replace(incoming, quoted=quoted, named=(*incoming.named, *first.content.named))


async def add_thread_since(incoming: Incoming, workspace: WorkspaceApi, since: str) -> Incoming:
    """Add the messages after the ts `since` to a message that mentions the bot again; see `add_thread`."""
    thread = await _read_thread(incoming, workspace.api, before=incoming.message_id, after=since)
    if thread is None:
        return _mark_unread(incoming, "unread.thread")
    read = [_ThreadMessage(message, read_message(message, workspace.bot.user)) for message in thread.messages]
    news = [message for message in read if not is_own(message.message, workspace.bot.user)]
    if not any(message.excerpt for message in news):
        return _add_files(incoming, list(reversed(news)))
    return await _add_discussion(_add_files(incoming, list(reversed(news))), news, workspace, more=thread.more)


async def read_discussion(
    incoming: Incoming, workspace: WorkspaceApi, *, before: str, newest: int
) -> Discussion | None:
    """Read the newest messages with words of a thread before the ts `before`, those of the bot among them.

    Without `before` up to now. None if they cannot be read in time; never raises.
    """
    thread = await _read_thread(incoming, workspace.api, before=before)
    if thread is None:
        return None
    read = [_ThreadMessage(message, read_message(message, workspace.bot.user)) for message in thread.messages]
    with_text = [one for one in read if one.excerpt]
    kept = with_text[-newest:]
    names = await _look_up_names(kept, incoming, workspace)
    is_complete = not thread.more and len(kept) == len(with_text) and not any(one.is_cut for one in kept)
    messages = tuple(one.to_discussion(names.known) for one in kept)
    return Discussion(messages, is_complete=is_complete, has_all_names=not names.incomplete)


async def _read_thread(incoming: Incoming, api: SlackApi, *, before: str, after: str = "") -> ThreadPage | None:
    """Read the messages of the thread between two ts, page by page; None if they cannot be read in time."""
    found: tuple[Json, ...] = ()
    for _ in range(_MAX_PAGES):
        newest = get_text(found[-1], "ts") if found else after
        page = await look_up(
            "a thread", lambda newest=newest: _read_page(incoming, api, before, newest), timeout=_TIMEOUT
        )
        if page is None:
            return None
        found += page.messages
        if not page.more or not page.messages:
            return ThreadPage(_without_tombstones(found), more=False)
    return ThreadPage(_without_tombstones(found), more=True)


async def _read_page(incoming: Incoming, api: SlackApi, before: str, after: str) -> ThreadPage:
    user = incoming.sender.id
    return await api.read_thread(incoming.chat.chat, incoming.thread, before, user=user, after=after)


def _without_tombstones(messages: Sequence[Json]) -> tuple[Json, ...]:
    return tuple(message for message in messages if message.get("subtype") != "tombstone")


def _add_files(incoming: Incoming, messages: Sequence[_ThreadMessage]) -> Incoming:
    if incoming.quoted_attachments:
        return incoming
    files = ((*one.content.files, *one.content.forwarded_files) for one in messages)
    return replace(incoming, quoted_attachments=next((found for found in files if found), ()))


def _mark_unread(incoming: Incoming, key: str) -> Incoming:
    return replace(incoming, unread=(*incoming.unread, key))


async def _add_discussion(
    incoming: Incoming, messages: Sequence[_ThreadMessage], workspace: WorkspaceApi, *, more: bool
) -> Incoming:
    """Add the discussion within its limits, each message with its author, and the forwards of the message."""
    with_text = [one for one in messages if one.excerpt]
    selected = _select_messages(with_text)
    names = await _look_up_names(selected, incoming, workspace)
    lines = [selected[0].attribute(names.known)]
    for before, one in pairwise(selected):
        missing = with_text.index(one) - with_text.index(before) - 1
        lines += [f"[… {missing} messages are left out …]"] if missing else []
        lines.append(one.attribute(names.known))
    discussion = "\n".join(lines) + (indent_lines(f"\n\n{incoming.quoted}") if incoming.quoted else "")
    incoming = replace(incoming, quoted=selected[0].content.full_text, discussion=discussion)
    incoming = replace(incoming, named=(*incoming.named, *selected[0].content.named))
    incoming = _mark_unread(incoming, "unread.names") if names.incomplete else incoming
    whole = not more and len(selected) == len(with_text) and not any(one.is_cut for one in selected)
    return incoming if whole else _mark_unread(incoming, "unread.part")


async def _look_up_names(messages: Sequence[_ThreadMessage], incoming: Incoming, workspace: WorkspaceApi) -> Names:
    """Look up the authors, then whom the messages mention."""
    mentioned = [name for one in messages for name in one.content.named]
    ids = [name for name in (*(f"@{one.user}" for one in messages), *mentioned) if len(name) > 1]
    return await workspace.users.look_up_names(workspace.api, ids, asked_by=incoming.sender.id)


def _select_messages(messages: list[_ThreadMessage]) -> list[_ThreadMessage]:
    """Return the first message and as many of the newest as the limits allow."""
    first, *others = messages
    selected, characters = [first], len(first.excerpt)
    newest: list[_ThreadMessage] = []
    for one in reversed(others):
        characters += len(one.excerpt)
        if len(newest) + 2 > _MAX_MESSAGES or characters > _MAX_DISCUSSION_LENGTH:
            break
        newest.insert(0, one)
    return selected + newest
