"""The bot in one workspace: the client that bears its token, and its own user id."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient


@dataclass(slots=True)
class BotAccount:
    """Shared by all that is done in the workspace."""

    client: AsyncWebClient
    user: str = ""
    """The bot's user id there; "" while it is unknown."""
