"""What is used to work in one workspace."""

from __future__ import annotations

from dataclasses import dataclass

from bots.slack.api.deferred_calls import Later
from bots.slack.api.features import Features
from bots.slack.api.files import Files
from bots.slack.api.methods import Api
from bots.slack.api.users import People


@dataclass(frozen=True, slots=True)
class Team:
    """What answers in one workspace share."""

    api: Api
    files: Files
    features: Features
    people: People
    later: Later
