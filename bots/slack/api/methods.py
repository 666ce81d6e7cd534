"""The methods of Slack's Web API for messages and users, within rate limits and with errors of the core."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# slack_sdk leaves its keyword arguments and the data of its responses untyped.

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bots.slack.blocks.message_content import Blocks, MessageContent
from core.chat.port.errors import RecipientGoneError
from core.redis import RateLimit

from .call import ApiCaller
from .edit_pace import UPDATE_STEPS, get_step_limit
from .look_up_with_retries import look_up
from .posted_messages import PostedMessages
from .rate_limit_numbers import (
    APPEND_STREAM,
    DELETE_MESSAGE,
    GET_CHANNEL,
    GET_USER,
    LEAVE_CHANNEL,
    LIST_HISTORY,
    LIST_REPLIES,
    PLANNED_UPDATE,
    POST_EPHEMERAL,
    POST_MESSAGE,
    SET_STATUS,
    START_STREAM,
    STOP_STREAM,
    UPDATE_MESSAGE,
    UPDATE_RESERVE,
    get_channel_limit,
)

StreamContent: TypeAlias = str | Blocks
"""A piece of a stream: Markdown, or chunks."""


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Messages of a thread, oldest first; `more`: there is another page."""

    messages: tuple[dict[str, Any], ...]
    more: bool = False


_STREAM_TIMEOUT = 5.0
_DELETE_TIMEOUT = 10.0
_PAGE_SIZE = 100
"""Messages of one request."""
_THREAD_PAGE_SIZE = 1_000
"""Messages of one request for a thread."""


class SlackApi:
    """Slack's Web API for one workspace.

    Every method raises `RateLimitedError` instead of waiting, `RecipientGoneError`, `ContentRejectedError`
    (see `errors`) or `PlatformUnreachableError`. A piece of a stream is Markdown of at most 12,000 characters.
    """

    def __init__(self, caller: ApiCaller) -> None:
        self._call = caller
        self._client = caller.client
        self.posted = PostedMessages()

    async def start_stream(self, channel: str, thread: str, content: StreamContent, *, user: str, team: str) -> str:
        """Start a stream for `user` of `team`, in `thread`; return its ts. Slack: chat.startStream."""
        reader = {"recipient_user_id": user, "recipient_team_id": team}
        response = await self._call(
            lambda: self._client.chat_startStream(
                channel=channel, thread_ts=thread, **reader, **_stream_arguments(content)
            ),
            START_STREAM,
            person=user,
        )
        return self.posted.add(channel, str(response["ts"]))

    async def append_stream(
        self, channel: str, ts: str, content: StreamContent, *, pace: tuple[RateLimit, ...] = (), reserve: int = 0
    ) -> None:
        """Append to a stream; a cosmetic step keeps a `pace` and leaves a `reserve`. Slack: chat.appendStream."""
        await self._call(
            lambda: _limit_stream_call(
                self._client.chat_appendStream(channel=channel, ts=ts, **_stream_arguments(content))
            ),
            APPEND_STREAM,
            *pace,
            reserve=reserve,
        )

    async def stop_stream(self, channel: str, ts: str, content: StreamContent, *, reserve: int) -> None:
        """Stop a stream with a last piece, which may be empty. Slack: chat.stopStream."""
        self.posted.add(channel, ts)
        await self._call(
            lambda: _limit_stream_call(
                self._client.chat_stopStream(channel=channel, ts=ts, **_stream_arguments(content))
            ),
            STOP_STREAM,
            reserve=reserve,
        )

    async def post(self, channel: str, thread: str, content: MessageContent, *, user: str, grows: bool = False) -> str:
        """Post a message for `user` and return its ts. Slack: chat.postMessage.

        A message that `grows` needs room for its last update, too; that is counted now (`update`, `planned`).
        """
        updates = [PLANNED_UPDATE] if grows else []
        response = await self._call(
            lambda: self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread or None,
                unfurl_links=False,
                unfurl_media=False,
                **_message_arguments(content),
            ),
            POST_MESSAGE,
            get_channel_limit(channel),
            *updates,
            person=user,
        )
        ts = self.posted.add(channel, str(response["ts"]))
        if thread and not _is_in_thread(response.get("message")):
            await self.delete_stray(channel, ts)
        return ts

    async def delete_stray(self, channel: str, ts: str) -> None:
        """Delete a message that was posted outside its thread, since the thread is deleted.

        Raises `RecipientGoneError`. Slack: a reply to a deleted message is posted in the channel, where everybody
        sees it.
        """
        await look_up("a stray message", lambda: self.delete(channel, ts), timeout=_DELETE_TIMEOUT)
        raise RecipientGoneError("thread_not_found")

    async def update(
        self,
        channel: str,
        ts: str,
        content: MessageContent,
        *,
        step: bool = False,
        planned: bool = False,
        reserve: int = 0,
    ) -> None:
        """Rewrite a message; a cosmetic `step` is made at most every 3 seconds. Slack: chat.update.

        A `planned` update was counted when the message was posted.
        """
        self.posted.add(channel, ts)
        plan = [] if planned else [PLANNED_UPDATE]
        steps = [get_step_limit(channel, ts), UPDATE_STEPS] if step else []
        await self._call(
            lambda: self._client.chat_update(channel=channel, ts=ts, **_message_arguments(content)),
            UPDATE_MESSAGE,
            *plan,
            *steps,
            reserve=UPDATE_RESERVE if step else reserve,
        )

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message. Slack: chat.delete."""
        await self._call(lambda: self._client.chat_delete(channel=channel, ts=ts), DELETE_MESSAGE)

    async def post_ephemeral(self, channel: str, user: str, thread: str, content: MessageContent) -> None:
        """Post an ephemeral message for `user`. Slack: chat.postEphemeral."""
        await self._call(
            lambda: self._client.chat_postEphemeral(
                channel=channel, user=user, thread_ts=thread or None, blocks=content.blocks or None, text=content.text
            ),
            POST_EPHEMERAL,
            person=user,
        )

    async def set_status(self, channel: str, thread: str, status: str, loading: Sequence[str] = ()) -> None:
        """Show "<App> <status>", or in turn up to 10 `loading` messages of up to 50 characters, for up to 2 minutes.

        The next reply ends it. Slack: assistant.threads.setStatus.
        """
        await self._call(
            lambda: self._client.assistant_threads_setStatus(
                channel_id=channel, thread_ts=thread, status=status, loading_messages=list(loading) or None
            ),
            SET_STATUS,
        )

    async def list_newer(self, channel: str, thread: str, after: str) -> list[dict[str, Any]]:
        """List messages newer than the ts `after`, in a thread or, without one, outside of threads."""
        return await (self.list_replies(channel, thread, after) if thread else self.list_history(channel, after))

    async def list_replies(self, channel: str, thread: str, after: str) -> list[dict[str, Any]]:
        """List the messages of a thread that are newer than the ts `after`. Slack: conversations.replies."""
        response = await self._call(
            lambda: self._client.conversations_replies(channel=channel, ts=thread, oldest=after, limit=_PAGE_SIZE),
            LIST_REPLIES,
        )
        found: list[dict[str, Any]] = response.get("messages") or []
        return [
            message for message in found if float(message["ts"]) > float(after)
        ]  # Slack always includes the first message

    async def read_thread(self, channel: str, thread: str, before: str, *, user: str, after: str = "") -> ThreadPage:
        """Read a page of a thread for `user` between two ts (without one: all), oldest message first.

        Slack: conversations.replies, 1,000 messages at most.
        """
        response = await self._call(
            lambda: self._client.conversations_replies(
                channel=channel, ts=thread, latest=before or None, oldest=after or None, limit=_THREAD_PAGE_SIZE
            ),
            LIST_REPLIES,
            person=user,
        )
        found: list[dict[str, Any]] = response.get("messages") or []
        within = [one for one in found if float(after or 0) < float(one["ts"]) < float(before or "inf")]
        return ThreadPage(tuple(within), more=bool(response.get("has_more")))

    async def list_history(self, channel: str, after: str) -> list[dict[str, Any]]:
        """List the messages outside of threads that are newer than the ts `after`. Slack: conversations.history."""
        response = await self._call(
            lambda: self._client.conversations_history(channel=channel, oldest=after, limit=_PAGE_SIZE), LIST_HISTORY
        )
        found: list[dict[str, Any]] = response.get("messages") or []
        return found

    async def get_user(self, user: str, *, asked_by: str) -> dict[str, Any]:
        """Return a user with the locale. Slack: users.info."""
        response = await self._call(
            lambda: self._client.users_info(user=user, include_locale=True), GET_USER, person=asked_by
        )
        found = response.get("user")
        return found if isinstance(found, dict) else {}

    async def get_channel(self, channel: str, *, asked_by: str) -> dict[str, Any]:
        """Return a channel. Slack: conversations.info, which needs channels:read or groups:read."""
        response = await self._call(
            lambda: self._client.conversations_info(channel=channel), GET_CHANNEL, person=asked_by
        )
        found = response.get("channel")
        return found if isinstance(found, dict) else {}

    async def leave(self, channel: str) -> None:
        """Leave a channel. Slack: conversations.leave, which needs channels:manage or groups:write."""
        await self._call(lambda: self._client.conversations_leave(channel=channel), LEAVE_CHANNEL)


async def _limit_stream_call(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Limit the time of a call whose outcome need not be known: the whole message is updated later."""
    async with asyncio.timeout(_STREAM_TIMEOUT):
        return await call


def _is_in_thread(posted: object) -> bool:
    """Whether a message is in a thread; True if Slack does not report it."""
    return not isinstance(posted, dict) or "thread_ts" in posted


def _stream_arguments(content: StreamContent) -> dict[str, Any]:
    """Return the arguments of a stream's content; its kind must not change, but empty content is always allowed."""
    return {"markdown_text" if isinstance(content, str) else "chunks": content} if content else {}


def _message_arguments(content: MessageContent) -> dict[str, Any]:
    return {"blocks": content.blocks, "text": content.text} if content.blocks else {"text": content.text}
