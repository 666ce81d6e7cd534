"""The services of one workspace."""

from __future__ import annotations

from dataclasses import dataclass

from bots.slack.api.agent_sessions import AgentSessions
from bots.slack.api.bot_account import BotAccount
from bots.slack.api.deferred_calls import DeferredCalls
from bots.slack.api.files import FilesApi
from bots.slack.api.home_tab_api import HomeTabApi
from bots.slack.api.methods import SlackApi
from bots.slack.api.missing_features import Features
from bots.slack.api.reactions import ReactionsApi
from bots.slack.api.response_urls import ResponseUrls
from bots.slack.api.user_and_channel_names import UserDirectory

from .open_modal import ViewsApi


@dataclass(frozen=True, slots=True)
class WorkspaceApi:
    """Shared by all answers in one workspace."""

    api: SlackApi
    response_urls: ResponseUrls
    files: FilesApi
    reactions: ReactionsApi
    features: Features
    users: UserDirectory
    deferred: DeferredCalls
    sessions: AgentSessions
    home: HomeTabApi
    bot: BotAccount
    views: ViewsApi
