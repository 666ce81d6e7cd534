"""The calls of Slack's Web API that this bot makes: each within its budget, each failure in the core's words."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false
# slack_sdk leaves its keyword arguments and the data of its answers untyped; only this module sees them.

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from core.chat.outbox import FloodedError, OutboxError, RefusedError, UnreachableError
from core.engine import Budget, Limit

from .faults import FLOOD_CODES, TOKEN_CODES, outbox_error
from .limits import (
    APPEND,
    APPEND_RESERVE,
    APPEND_STEPS,
    DELETE,
    EPHEMERAL,
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
from .proxy import bypasses_proxy

Blocks = Sequence[dict[str, Any]]

_log = structlog.get_logger()
_SOON = 1.0
"""Seconds to wait when Slack says "too fast" but not for how long."""
_KEPT = 10_000
_GATEWAY_FAILURE = 500
_TOO_MANY = 429


def web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Make the SDK's client; it sends each call once, for a repeated post would be a second message."""
    client = AsyncWebClient(
        token=token, base_url=base_url, session=session, retry_handlers=[], logger=sdk_logger("slack_sdk")
    )
    if bypasses_proxy(base_url):
        client.proxy = None
    return client


def sdk_logger(name: str, level: int = logging.WARNING) -> logging.Logger:
    """Make a logger for the SDK that never renders whole requests, which hold what people wrote."""
    logger = logging.getLogger(f"{__package__}.{name}")
    logger.setLevel(level)
    return logger


class Api:
    """Slack's Web API for one workspace.

    Every method raises `FloodedError` before or instead of waiting, `GoneError`, `RefusedError` (see `faults`) or
    `UnreachableError`. Text is Markdown of at most 12,000 characters.
    """

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, budget: Budget) -> None:
        self._client = client
        self._session = session
        self._budget = budget
        self._newest: OrderedDict[str, str] = OrderedDict()
        self._own: OrderedDict[tuple[str, str], None] = OrderedDict()

    def newest_post(self, channel: str) -> str:
        """The ts of the newest message that this process has posted or changed there; "" when there is none."""
        return self._newest.get(channel, "")

    def _note(self, channel: str, ts: str) -> str:
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

    async def start_stream(self, channel: str, thread: str, text: str, *, user: str, team: str) -> str:
        """Open a message that grows, for `user` of `team`, in `thread`; return its ts. Slack: chat.startStream."""
        answer = await self._call(
            lambda: self._client.chat_startStream(
                channel=channel, thread_ts=thread, markdown_text=text, recipient_user_id=user, recipient_team_id=team
            ),
            START,
        )
        return self._note(channel, str(answer["ts"]))

    async def append_stream(self, channel: str, ts: str, text: str, *, step: bool) -> None:
        """Let a message grow; a cosmetic `step` leaves room for the ends of answers. Slack: chat.appendStream."""
        steps = [APPEND_STEPS] if step else []
        await self._call(
            lambda: self._client.chat_appendStream(channel=channel, ts=ts, markdown_text=text),
            APPEND,
            *steps,
            keep=APPEND_RESERVE if step else 0,
        )

    async def stop_stream(self, channel: str, ts: str, text: str, *, keep: int) -> None:
        """End a growing message with a last piece, which may be empty. Slack: chat.stopStream."""
        self._note(channel, ts)
        await self._call(
            lambda: self._client.chat_stopStream(channel=channel, ts=ts, markdown_text=text or None),
            STOP,
            keep=keep,
        )

    async def post(self, channel: str, thread: str, text: str, *, grows: bool = False) -> str:
        """Post Markdown and return the message's ts. Slack: chat.postMessage.

        A message that `grows` needs room for its updates too: it is not worth beginning when only its end can be shown.
        """
        updates = [UPDATE] if grows else []
        return await self._post(channel, thread, *updates, markdown=text, keep=UPDATE_RESERVE if grows else 0)

    async def post_blocks(self, channel: str, thread: str, blocks: Blocks, text: str) -> None:
        """Post blocks with their plain `text`. Slack: chat.postMessage."""
        await self._post(channel, thread, blocks=blocks, text=text)

    async def update(self, channel: str, ts: str, text: str, *, step: bool) -> None:
        """Rewrite a message with Markdown; a cosmetic `step` comes at most every 3 seconds. Slack: chat.update."""
        self._note(channel, ts)
        steps = [steps_of(channel, ts), UPDATE_STEPS] if step else []
        await self._call(
            lambda: self._client.chat_update(channel=channel, ts=ts, markdown_text=text),
            UPDATE,
            *steps,
            keep=UPDATE_RESERVE if step else 0,
        )

    async def update_blocks(self, channel: str, ts: str, blocks: Blocks, text: str) -> None:
        """Rewrite a message with blocks. Slack: chat.update."""
        await self._call(lambda: self._client.chat_update(channel=channel, ts=ts, blocks=blocks, text=text), UPDATE)

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message. Slack: chat.delete."""
        await self._call(lambda: self._client.chat_delete(channel=channel, ts=ts), DELETE)

    async def whisper(self, channel: str, user: str, thread: str, blocks: Blocks, text: str) -> None:
        """Show blocks to one user only. Slack: chat.postEphemeral."""
        await self._call(
            lambda: self._client.chat_postEphemeral(
                channel=channel, user=user, thread_ts=thread or None, blocks=blocks, text=text
            ),
            EPHEMERAL,
        )

    async def respond(self, url: str, blocks: Blocks, text: str, *, replace: bool) -> None:
        """Answer a command or an action for its user alone, or `replace` the message that bore the action.

        Slack: `response_url` takes 5 answers within 30 minutes, then refuses.
        """
        client = AsyncWebhookClient(url, session=self._session, retry_handlers=[], logger=sdk_logger("webhook"))
        if bypasses_proxy(url):
            client.proxy = None
        kind = None if replace else "ephemeral"
        try:
            answer = await client.send(text=text, blocks=blocks, response_type=kind, replace_original=replace)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnreachableError(type(error).__name__) from error
        if answer.status_code == _TOO_MANY:
            raise FloodedError(_retry_after(answer.headers))
        if answer.status_code >= _GATEWAY_FAILURE:
            raise UnreachableError(f"status {answer.status_code}")
        if answer.status_code != 200:  # noqa: PLR2004 - the one status of success
            raise RefusedError(f"status {answer.status_code}")

    async def set_status(self, channel: str, thread: str, status: str) -> None:
        """Show "<App> <status>" under a thread until the reply, for 2 minutes at most.

        Slack: assistant.threads.setStatus.
        """
        await self._call(
            lambda: self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=status),
            STATUS,
        )

    async def replies(self, channel: str, thread: str, after: str) -> list[dict[str, Any]]:
        """Read the messages of a thread that are newer than the ts `after`. Slack: conversations.replies."""
        answer = await self._call(
            lambda: self._client.conversations_replies(channel=channel, ts=thread, oldest=after, limit=100),
            REPLIES,
        )
        found: list[dict[str, Any]] = answer.get("messages") or []
        return [message for message in found if float(message["ts"]) > float(after)]  # the root always comes along

    async def user(self, user: str) -> dict[str, Any]:
        """Look a user up, with the locale. Slack: users.info."""
        answer = await self._call(lambda: self._client.users_info(user=user, include_locale=True), USER)
        found = answer.get("user")
        return found if isinstance(found, dict) else {}

    async def _post(
        self,
        channel: str,
        thread: str,
        *within: Limit,
        markdown: str | None = None,
        blocks: Blocks | None = None,
        text: str = "",
        keep: int = 0,
    ) -> str:
        answer = await self._call(
            lambda: self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread or None,
                markdown_text=markdown,
                blocks=blocks,
                text=text or None,  # Slack: markdown_text stands alone
                unfurl_links=False,
                unfurl_media=False,
            ),
            POST,
            posts_to(channel),
            *within,
            keep=keep,
        )
        return self._note(channel, str(answer["ts"]))

    async def _call(
        self, send: Callable[[], Awaitable[AsyncSlackResponse]], *within: Limit, keep: int = 0
    ) -> AsyncSlackResponse:
        wait = await self._budget.take(*within, keep=keep)
        if wait > 0:
            raise FloodedError(wait)
        try:
            return await ask(send)
        except FloodedError as error:
            _log.warning("Slack asked to slow down", method=within[0].name, seconds=error.retry_after)
            await self._budget.block(within[0].name, error.retry_after)
            raise


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose bot token it is: the workspace, and the bot's own user id."""

    team: str
    user: str


async def who_am_i(client: AsyncWebClient) -> Identity:
    """Check the bot token; raises each `OutboxError`. Slack: auth.test."""
    answer = await ask(client.auth_test)
    return Identity(team=str(answer.get("team_id") or ""), user=str(answer.get("user_id") or ""))


async def open_socket(client: AsyncWebClient, app_token: str) -> str:
    """Ask for the address of a socket, good for one connection. Slack: apps.connections.open."""
    answer = await ask(lambda: client.apps_connections_open(app_token=app_token))
    return str(answer["url"])


async def ask(send: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
    """Make one call of the SDK and translate its failure; Slack's word for a refusal is the error's text."""
    try:
        return await send()
    except SlackApiError as error:
        raise _translated(error.response) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise UnreachableError(type(error).__name__) from error
    except AttributeError as error:  # how the SDK fails on a 200 that is plain text
        raise UnreachableError("no answer that could be read") from error


def _translated(answer: object) -> OutboxError:
    if not isinstance(answer, AsyncSlackResponse):
        return UnreachableError("no answer that could be read")
    code = str(answer.data.get("error") or "") if isinstance(answer.data, dict) else ""
    if answer.status_code == _TOO_MANY or code in FLOOD_CODES:
        return FloodedError(_retry_after(answer.headers))
    if answer.status_code >= _GATEWAY_FAILURE:
        return UnreachableError(f"status {answer.status_code}")
    if code in TOKEN_CODES or code == "missing_scope":
        _log.error("Slack does not accept the bot token", reason=code, needed=answer.get("needed"))
    return outbox_error(code)


def _retry_after(headers: Mapping[str, str]) -> float:
    value = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    return float(value) if value.replace(".", "", 1).isdigit() else _SOON
