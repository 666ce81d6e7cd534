"""What is used to work in one workspace."""

from __future__ import annotations

from dataclasses import dataclass

from bots.slack.api.deferred_calls import DeferredCalls
from bots.slack.api.features import Features
from bots.slack.api.files import Files
from bots.slack.api.methods import SlackApi
from bots.slack.api.users import Users


@dataclass(frozen=True, slots=True)
class WorkspaceApi:
    """What answers in one workspace share."""

    api: SlackApi
    files: Files
    features: Features
    users: Users
    deferred: DeferredCalls
