"""The calls of Slack's Web API about messages and people: each within its budget, each failure in the core's words."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# slack_sdk leaves its keyword arguments and the data of its answers untyped.

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeAlias

from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bots.http_sessions import NETWORK_ERRORS, Sessions
from bots.slack.blocks.message_content import Blocks, MessageContent
from core.chat.port.errors import ContentRejectedError, PlatformUnreachableError, RateLimitedError, RecipientGoneError

from .call import GATEWAY_FAILURE, TOO_MANY, Caller, retry_after, sdk_logger
from .rate_limits import (
    APPEND,
    APPEND_RESERVE,
    APPEND_STEPS,
    CHANNEL,
    DELETE,
    EPHEMERAL,
    HISTORY,
    POST,
    REPLIES,
    START,
    STATUS,
    STOP,
    UPDATE,
    UPDATE_RESERVE,
    UPDATE_STEPS,
    USER,
    posts_to,
    steps_of,
)
from .retry import look_up

Content: TypeAlias = str | Blocks
"""A piece of a stream: Markdown, or chunks."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Messages of a thread, oldest first; there are `more` that Slack would only tell when asked again."""

    messages: tuple[dict[str, Any], ...]
    more: bool = False


_STREAM_TIMEOUT = 5.0
_TAKE_BACK_TIMEOUT = 10.0
_KEPT = 10_000
_PAGE = 100
"""Messages that are read at once."""
_WHOLE = 1_000
"""Messages of a thread that is read from its beginning."""


class SlackApi:
    """Slack's Web API for one workspace.

    Every method raises `RateLimitedError` before or instead of waiting, `RecipientGoneError`, `ContentRejectedError`
    (see `faults`) or `PlatformUnreachableError`. A piece of a stream is Markdown of at most 12,000 characters.
    """

    def __init__(self, caller: Caller, sessions: Sessions) -> None:
        self._call = caller
        self._client = caller.client
        self._sessions = sessions
        self._newest: OrderedDict[str, str] = OrderedDict()
        self._own: OrderedDict[tuple[str, str], None] = OrderedDict()

    def newest_post(self, channel: str) -> str:
        """The ts of the newest message that this process has posted or changed there; "" when there is none."""
        return self._newest.get(channel, "")

    def note(self, channel: str, ts: str) -> str:
        """Remember that this process has posted or changed that message; return its ts."""
        self._newest[channel] = max(ts, self._newest.get(channel, ts), key=float)
        self._newest.move_to_end(channel)
        self._own[channel, ts] = None
        for kept in (self._newest, self._own):
            if len(kept) > _KEPT:
                kept.popitem(last=False)
        return ts

    def placed(self, channel: str, ts: str) -> bool:
        """Whether this process has posted or changed that message, so that it is nobody's lost one."""
        return (channel, ts) in self._own

    async def start_stream(self, channel: str, thread: str, content: Content, *, user: str, team: str) -> str:
        """Open a message that grows, for `user` of `team`, in `thread`; return its ts. Slack: chat.startStream."""
        reader = {"recipient_user_id": user, "recipient_team_id": team}
        answer = await self._call(
            lambda: self._client.chat_startStream(channel=channel, thread_ts=thread, **reader, **_streamed(content)),
            START,
        )
        return self.note(channel, str(answer["ts"]))

    async def append_stream(self, channel: str, ts: str, content: Content, *, step: bool) -> None:
        """Let a message grow; a cosmetic `step` leaves room for the ends of answers. Slack: chat.appendStream."""
        steps = [APPEND_STEPS] if step else []
        await self._call(
            lambda: _soon(self._client.chat_appendStream(channel=channel, ts=ts, **_streamed(content))),
            APPEND,
            *steps,
            keep=APPEND_RESERVE if step else 0,
        )

    async def stop_stream(self, channel: str, ts: str, content: Content, *, keep: int) -> None:
        """End a growing message with a last piece, which may be empty. Slack: chat.stopStream."""
        self.note(channel, ts)
        await self._call(
            lambda: _soon(self._client.chat_stopStream(channel=channel, ts=ts, **_streamed(content))),
            STOP,
            keep=keep,
        )

    async def post(self, channel: str, thread: str, content: MessageContent, *, grows: bool = False) -> str:
        """Post a message and return its ts. Slack: chat.postMessage.

        A message that `grows` needs room for its updates too: it is not worth beginning when only its end can be shown.
        """
        updates = [UPDATE] if grows else []
        answer = await self._call(
            lambda: self._client.chat_postMessage(
                channel=channel, thread_ts=thread or None, unfurl_links=False, unfurl_media=False, **_shown(content)
            ),
            POST,
            posts_to(channel),
            *updates,
            keep=UPDATE_RESERVE if grows else 0,
        )
        ts = self.note(channel, str(answer["ts"]))
        if thread and not _is_in_thread(answer.get("message")):
            await self.take_back(channel, ts)
        return ts

    async def take_back(self, channel: str, ts: str) -> None:
        """Delete what was to stand in a thread and stands beside it, since the thread is gone.

        Raises `RecipientGoneError`. Slack: a post beneath a deleted message is carried out all the same, where
        everybody in the channel sees it.
        """
        await look_up("a message to take back", lambda: self.delete(channel, ts), timeout=_TAKE_BACK_TIMEOUT)
        raise RecipientGoneError("thread_not_found")

    async def update(
        self, channel: str, ts: str, content: MessageContent, *, step: bool = False, keep: int = 0
    ) -> None:
        """Rewrite a message; a cosmetic `step` comes at most every 3 seconds. Slack: chat.update."""
        self.note(channel, ts)
        steps = [steps_of(channel, ts), UPDATE_STEPS] if step else []
        await self._call(
            lambda: self._client.chat_update(channel=channel, ts=ts, **_shown(content)),
            UPDATE,
            *steps,
            keep=UPDATE_RESERVE if step else keep,
        )

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message. Slack: chat.delete."""
        await self._call(lambda: self._client.chat_delete(channel=channel, ts=ts), DELETE)

    async def whisper(self, channel: str, user: str, thread: str, content: MessageContent) -> None:
        """Show something to one user only: blocks, or the plain text alone. Slack: chat.postEphemeral."""
        await self._call(
            lambda: self._client.chat_postEphemeral(
                channel=channel, user=user, thread_ts=thread or None, blocks=content.blocks or None, text=content.text
            ),
            EPHEMERAL,
        )

    async def respond(self, url: str, content: MessageContent, *, replace: bool) -> None:
        """Answer a command or an action for its user alone, or `replace` the message that bore the action.

        Slack: `response_url` takes 5 answers within 30 minutes, then refuses.
        """
        session = self._sessions.get_session(url)
        client = AsyncWebhookClient(url, session=session, retry_handlers=[], logger=sdk_logger("webhook"))
        client.proxy = None
        kind = None if replace else "ephemeral"
        try:
            answer = await client.send(
                text=content.text, blocks=content.blocks or None, response_type=kind, replace_original=replace
            )
        except NETWORK_ERRORS as error:
            raise PlatformUnreachableError(type(error).__name__) from error
        if answer.status_code == TOO_MANY:
            raise RateLimitedError(retry_after(answer.headers))
        if answer.status_code >= GATEWAY_FAILURE:
            raise PlatformUnreachableError(f"status {answer.status_code}")
        if answer.status_code != 200:  # noqa: PLR2004 - the one status of success
            raise ContentRejectedError(f"status {answer.status_code}")

    async def set_status(self, channel: str, thread: str, status: str) -> None:
        """Show "<App> <status>" under a thread until the reply, for 2 minutes at most.

        Slack: assistant.threads.setStatus.
        """
        await self._call(
            lambda: self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=status),
            STATUS,
        )

    async def newer(self, channel: str, thread: str, after: str) -> list[dict[str, Any]]:
        """Read what is newer than the ts `after`, in a thread or, without one, beside threads."""
        return await (self.replies(channel, thread, after) if thread else self.history(channel, after))

    async def replies(self, channel: str, thread: str, after: str) -> list[dict[str, Any]]:
        """Read the messages of a thread that are newer than the ts `after`. Slack: conversations.replies."""
        answer = await self._call(
            lambda: self._client.conversations_replies(channel=channel, ts=thread, oldest=after, limit=_PAGE),
            REPLIES,
        )
        found: list[dict[str, Any]] = answer.get("messages") or []
        return [message for message in found if float(message["ts"]) > float(after)]  # the root always comes along

    async def thread(self, channel: str, thread: str, before: str, *, after: str = "") -> Thread:
        """Read what stands in a thread between two ts, its first message first; without `after` all that is older.

        Slack: conversations.replies, oldest first, 1,000 messages at most.
        """
        answer = await self._call(
            lambda: self._client.conversations_replies(
                channel=channel, ts=thread, latest=before, oldest=after or None, limit=_WHOLE
            ),
            REPLIES,
        )
        found: list[dict[str, Any]] = answer.get("messages") or []
        within = [one for one in found if float(after or 0) < float(one["ts"]) < float(before)]
        return Thread(tuple(within), more=bool(answer.get("has_more")))

    async def history(self, channel: str, after: str) -> list[dict[str, Any]]:
        """Read the messages beside threads that are newer than the ts `after`. Slack: conversations.history."""
        answer = await self._call(
            lambda: self._client.conversations_history(channel=channel, oldest=after, limit=_PAGE), HISTORY
        )
        found: list[dict[str, Any]] = answer.get("messages") or []
        return found

    async def user(self, user: str) -> dict[str, Any]:
        """Look a user up, with the locale. Slack: users.info."""
        answer = await self._call(lambda: self._client.users_info(user=user, include_locale=True), USER)
        found = answer.get("user")
        return found if isinstance(found, dict) else {}

    async def channel(self, channel: str) -> dict[str, Any]:
        """Look a channel up. Slack: conversations.info, which needs channels:read or groups:read."""
        answer = await self._call(lambda: self._client.conversations_info(channel=channel), CHANNEL)
        found = answer.get("channel")
        return found if isinstance(found, dict) else {}


async def _soon(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Give a call up early whose fate need not be known: the message is updated as a whole then."""
    async with asyncio.timeout(_STREAM_TIMEOUT):
        return await call


def _is_in_thread(posted: object) -> bool:
    """Whether a message stands in a thread; True when Slack does not say."""
    return not isinstance(posted, dict) or "thread_ts" in posted


def _streamed(content: Content) -> dict[str, Any]:
    """A stream keeps to the kind of content that it began with; nothing at all goes with both."""
    return {"markdown_text" if isinstance(content, str) else "chunks": content} if content else {}


def _shown(content: MessageContent) -> dict[str, Any]:
    return {"blocks": content.blocks, "text": content.text} if content.blocks else {"text": content.text}
