"""What Slack shows of an agent: questions on its empty tab, and sessions with a title and a state.

A workspace whose plan has no agents, or an app that is none, has none of it; the first refusal tells.
"""

# pyright: reportUnknownMemberType=false
# slack_sdk leaves its keyword arguments untyped.

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from core.chat.port.errors import ContentRejectedError, OutboxError
from core.redis import RateLimit

from .call import ApiCaller
from .errors import MethodUnavailableError, MissingScopeError
from .missing_features import Feature
from .rate_limit_numbers import RENAME_SESSION, SET_SESSION, SUGGEST_PROMPTS

_log = structlog.get_logger()
_TIMEOUT = 3.0
_MAX_PROMPTS = 4
_NO_SESSION, _NOT_AN_AGENT = "session_not_found", "not_authorized"


class AgentSessions:
    """Prompts and sessions of one workspace. Nothing here raises an `OutboxError`: all of it is cosmetic."""

    def __init__(self, caller: ApiCaller, feature: Feature) -> None:
        self._call = caller
        self._client = caller.client
        self._feature = feature

    async def suggest_prompts(self, channel: str, prompts: Sequence[str]) -> bool:
        """Offer up to 4 questions in a direct message; return whether they are shown.

        Slack: assistant.threads.setSuggestedPrompts, without a thread.
        """
        offered = [{"title": prompt, "message": prompt} for prompt in prompts[:_MAX_PROMPTS]]
        return await self._try(
            channel,
            SUGGEST_PROMPTS,
            lambda: self._client.api_call(
                "assistant.threads.setSuggestedPrompts", json={"channel_id": channel, "prompts": offered}
            ),
        )

    async def rename(self, channel: str, thread: str, title: str) -> None:
        """Give the session of a thread its title; one that was not streamed to has no session yet.

        Slack: agents.sessions.rename, agents.sessions.setStatus.
        """
        names = {"channel_id": channel, "thread_ts": thread, "title": title}
        await self._try(
            channel,
            RENAME_SESSION,
            lambda: self._client.api_call("agents.sessions.rename", json=names),
            without_session=lambda: self._set_status(channel, thread, title=title),
        )

    async def end_processing(self, channel: str, thread: str) -> None:
        """Show that nothing is being written in a thread any more. Slack: agents.sessions.setStatus."""
        await self._set_status(channel, thread)

    async def _set_status(self, channel: str, thread: str, **more: str) -> None:
        state = {"channel_id": channel, "thread_ts": thread, "status": "active", **more}
        await self._try(channel, SET_SESSION, lambda: self._client.api_call("agents.sessions.setStatus", json=state))

    async def _try(
        self,
        channel: str,
        limit: RateLimit,
        send: Callable[[], Awaitable[AsyncSlackResponse]],
        without_session: Callable[[], Awaitable[None]] | None = None,
    ) -> bool:
        """Make a call unless the workspace lacks agents; return whether it succeeded."""
        if not self._feature.is_available(channel):
            return False
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._call(send, limit)
        except MethodUnavailableError as error:
            self._feature.record_unavailable(channel, error)
        except MissingScopeError:
            self._feature.disable()
        except ContentRejectedError as error:
            if str(error) == _NOT_AN_AGENT:
                self._feature.disable()
            elif str(error) == _NO_SESSION and without_session is not None:
                await without_session()
        except (OutboxError, TimeoutError) as error:
            _log.debug("a session could not be changed", method=limit.name, reason=error)
        else:
            return True
        return False
