"""The bot in a workspace that has installed the app: its token is looked up, and may change or go."""

# pyright: reportUnknownMemberType=false
# slack_sdk leaves the arguments of its client untyped.

from __future__ import annotations

import time

from bots.slack.api.bot_account import BotAccount
from bots.slack.api.call import AsyncWebClient
from core.chat.port.errors import RecipientGoneError

from .token_rotation import TokenRotation

_MAX_AGE = 60.0
"""Seconds for which a token is used without being looked up; another replica may have exchanged or deleted it."""


class StoredBotAccount(BotAccount):
    """The bot of one workspace; `client` bears no token until the first `authorize`."""

    def __init__(self, team: str, client: AsyncWebClient, tokens: TokenRotation) -> None:
        super().__init__(client)
        self._team = team
        self._tokens = tokens
        self._until = 0.0

    async def authorize(self) -> None:
        """See `BotAccount`. Raises `RecipientGoneError` when the app is not installed there."""
        if time.monotonic() >= self._until:
            await self._load()

    async def renew(self) -> bool:
        """See `BotAccount`."""
        refused = self.client.token
        await self._load()
        return self.client.token != refused

    async def _load(self) -> None:
        bot = await self._tokens.find(self._team)
        if bot is None:
            self.client.token, self._until = None, 0.0
            raise RecipientGoneError("account_inactive")  # as Slack says of a token that is left over
        self.client.token, self.user = bot.bot_token, bot.bot_user_id
        if bot.is_enterprise_install:  # its token is for all workspaces of the organisation
            self.client.default_params["team_id"] = self._team
        self._until = time.monotonic() + _MAX_AGE
