"""The workspaces in which the app is installed, each with what all answers in it share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.chat.port.platform_calls import PlatformCalls
from core.http_sessions import Sessions
from core.redis import RateLimiter

from .agent_sessions import AgentSessions
from .bot_account import BotAccount
from .call import ApiCaller
from .deferred_calls import DeferredCalls
from .files import FilesApi
from .home_tab_api import HomeTabApi
from .methods import SlackApi
from .missing_features import Features
from .open_modal import ViewsApi
from .reactions import ReactionsApi
from .response_urls import ResponseUrls
from .user_and_channel_names import UserDirectory
from .workspace_api import WorkspaceApi


class Workspaces:
    """Gives the workspace of an event, which a job looks up once.

    Each has its own rate limits, features, people and waiting calls. `find_bot` returns the bot of a workspace's id,
    `rate_limiters` the limiter of its calls.
    """

    def __init__(
        self,
        sessions: Sessions,
        find_bot: Callable[[str], BotAccount],
        rate_limiters: Callable[[str], RateLimiter],
        calls: PlatformCalls,
    ) -> None:
        self._sessions = sessions
        self._find_bot = find_bot
        self._rate_limiters = rate_limiters
        self._calls = calls
        self._known: dict[str, WorkspaceApi] = {}

    def get(self, team: str) -> WorkspaceApi:
        """Return the workspace of this id; nothing is asked of Slack."""
        if team not in self._known:
            self._known[team] = self._create(team)
        return self._known[team]

    def _create(self, team: str) -> WorkspaceApi:
        bot, features = self._find_bot(team), Features()
        caller = ApiCaller(bot, self._rate_limiters(team), self._calls)
        return WorkspaceApi(
            SlackApi(caller),
            ResponseUrls(self._sessions, self._calls),
            FilesApi(caller, self._sessions),
            ReactionsApi(caller),
            features,
            UserDirectory(),
            DeferredCalls(),
            AgentSessions(caller, features.agent),
            HomeTabApi(caller),
            bot,
            ViewsApi(caller),
        )

    async def forget(self, team: str) -> None:
        """Drop what is known of a workspace, which has no bot any more."""
        if (workspace := self._known.pop(team, None)) is not None:
            await workspace.deferred.aclose()

    async def aclose(self) -> None:
        """Cancel the calls that still wait."""
        await asyncio.gather(*(workspace.deferred.aclose() for workspace in self._known.values()))
