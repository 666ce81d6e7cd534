"""The bot in one workspace: the client that bears its token, and its own user id."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient


class BotAccount:
    """Shared by all that is done in the workspace; this one has a token for good."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self.user = ""
        """The bot's user id there; "" while it is unknown."""

    async def authorize(self) -> None:
        """See to it that the client has a token that Slack takes; called before each call."""

    async def renew(self) -> bool:
        """Look for another token after Slack has refused this one; return whether there is one."""
        return False
