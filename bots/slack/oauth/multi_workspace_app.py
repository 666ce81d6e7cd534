"""An app that several workspaces and organisations install: whose event it is, with which token, and its end."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
# slack_bolt and slack_sdk are typed in part only.

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import structlog
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bots.slack.api.bot_account import BotAccount
from bots.slack.api.call import AsyncWebClient, create_sdk_logger, fetch_identity, send_request
from bots.slack.api.errors import TOKEN_CODES
from bots.slack.api.required_scopes import AGENT_SCOPE, SCOPES
from bots.slack.events.workspace_context import WorkspaceContext
from bots.slack.settings import SlackSettings, get_secret
from core.chat.port.errors import OutboxError, RecipientGoneError
from core.json_reader import Json

from .event_origin import EventOrigin, read_origin
from .install_pages import INSTALL_PATH
from .installation_store import InstallationStore, get_id
from .removal_retries import RemovalRetries
from .secret_store import Lease, SecretStore
from .state_store import LIFETIME, BrowserState, StateStore
from .stored_bot_account import StoredBotAccount
from .token_rotation import TokenRotation

_log = structlog.get_logger()
_MAX_AGE = 60.0
"""Seconds for which the installation of a workspace is not looked up again."""


class MultiWorkspaceApp:
    """What the adapter knows of an app's installations. Raises one of `STORE_ERRORS` when the store is away."""

    def __init__(
        self,
        settings: SlackSettings,
        records: SecretStore,
        lease: Callable[[str], Lease],
        create_client: Callable[[], AsyncWebClient],
    ) -> None:
        self._settings = settings
        self._create_client = create_client
        self._records = records
        self._store = InstallationStore(records)
        self._client_secret = get_secret(settings.client_secret)
        rotator = AsyncTokenRotator(
            client_id=settings.client_id, client_secret=self._client_secret, client=create_client()
        )
        self._tokens = TokenRotation(self._store, rotator, lease)
        self._removals = RemovalRetries(self._store, lease, self._uninstall)
        self._retrying: asyncio.Task[None] | None = None
        self._known: dict[EventOrigin, tuple[float, Bot]] = {}

    async def prepare(self) -> None:
        """Encrypt everything with the newest key, log how many installations there are, and finish removals."""
        await self._records.reseal()
        bots = await self._store.list_bots()
        _log.info("the Slack app is installed", installations=len(bots), to_install=INSTALL_PATH)
        self._retrying = asyncio.create_task(self._removals.run())

    def create_bot(self, team: str) -> BotAccount:
        """Create the bot of one workspace; its token is looked up when it is needed."""
        return StoredBotAccount(team, self._create_client(), self._tokens)

    async def find(self, body: Json, app: WorkspaceContext) -> tuple[WorkspaceContext, bool] | None:
        """Add to what holds for the whole app whose event a payload is; None when the app is not installed there.

        The second value is whether it is installed as an agent.
        """
        origin = read_origin(body)
        until, known = self._known.get(origin, (0.0, None))
        if known is None or time.monotonic() >= until:
            known = await self._store.async_find_bot(
                enterprise_id=origin.enterprise or None,
                team_id=origin.team or None,
                is_enterprise_install=origin.by_enterprise,
            )
            if known is None:
                return None
            self._known[origin] = time.monotonic() + _MAX_AGE, known
        return self._describe(origin, known, app), AGENT_SCOPE in known.bot_scopes

    async def delete_removed(self, name: str) -> None:
        """Delete the installation in a workspace or an organisation that an event says is gone.

        Slack is asked first: the event may come late, when the app is installed again. Raises an `OutboxError` when
        Slack does not answer.
        """
        bot = await self._store.find_by_id(name)
        if bot is not None and not await self._is_accepted(bot):
            await self._forget(name)
            _log.info("the Slack app was removed from a workspace; its tokens are deleted", workspace=name)

    async def uninstall(self, name: str) -> None:
        """Remove the app from a workspace or an organisation, with its tokens; what fails is tried again."""
        bot = await self._store.find_by_id(name)
        if bot is None:
            return
        await self._store.mark_for_removal(get_id(bot))
        try:
            await self._uninstall(get_id(bot))
        except OutboxError as error:
            _log.warning("the app could not be removed from a workspace yet", workspace=get_id(bot), error=error)
            self._removals.begin()

    async def keep(self, name: str) -> None:
        """Try no more to remove the app from a workspace or an organisation."""
        await self._store.unmark_removal(name)

    async def _uninstall(self, name: str) -> None:
        """Remove the app. Raises each `OutboxError`; tokens that Slack does not take any more are deleted."""
        bot = await self._tokens.find(name)
        if bot is None:
            return await self._forget(name)
        client = self._create_client()
        client.token = bot.bot_token
        try:
            await send_request(
                lambda: client.apps_uninstall(client_id=self._settings.client_id, client_secret=self._client_secret)
            )
        except RecipientGoneError as error:
            if str(error) not in TOKEN_CODES:
                raise
        await self._forget(get_id(bot))
        _log.info("the Slack app has left a workspace", workspace=get_id(bot))
        return None

    async def aclose(self) -> None:
        """Wait for exchanges of tokens, and leave removals that have failed to the next process."""
        if self._retrying is not None:
            self._retrying.cancel()
            await asyncio.gather(self._retrying, return_exceptions=True)
        await self._tokens.aclose()

    def create_flow(self) -> AsyncOAuthFlow:
        """Create Bolt's flow; whoever serves it adds the pages."""
        redirect_url, api_url = self._settings.redirect_url, self._settings.api_url
        quiet = create_sdk_logger("oauth", logging.ERROR)  # its warnings have codes in them
        settings = AsyncOAuthSettings(
            client_id=self._settings.client_id,
            client_secret=self._client_secret,
            scopes=[*SCOPES, AGENT_SCOPE] if self._settings.agent == "on" else SCOPES,
            user_scopes=[],
            redirect_uri=redirect_url,
            install_page_rendering_enabled=False,
            install_path=INSTALL_PATH,
            redirect_uri_path=urlsplit(redirect_url).path or "/",
            authorization_url=urljoin(api_url, "/oauth/v2/authorize"),
            installation_store=self._store,
            state_store=StateStore(self._records),
            state_expiration_seconds=int(LIFETIME.total_seconds()),
            logger=quiet,
        )
        settings.state_utils = BrowserState(expiration_seconds=int(LIFETIME.total_seconds()))
        return AsyncOAuthFlow(client=self._create_client(), logger=quiet, settings=settings)

    def _describe(self, origin: EventOrigin, bot: Bot, app: WorkspaceContext) -> WorkspaceContext:
        place = get_id(bot)
        is_listed = bool({place, origin.team} & frozenset(self._settings.allowed_ids))
        name = (bot.enterprise_name if bot.is_enterprise_install else bot.team_name) or ""
        return replace(app, team=origin.team, bot=bot.bot_user_id, asks_for="" if is_listed else place, name=name)

    async def _is_accepted(self, bot: Bot) -> bool:
        """Ask Slack whether it still takes a token."""
        client = self._create_client()
        client.token = bot.bot_token
        try:
            await fetch_identity(client)
        except OutboxError as error:
            if str(error) in TOKEN_CODES:
                return False
            raise
        return True

    async def _forget(self, name: str) -> None:
        await self._store.async_delete_bot(enterprise_id=name, team_id=None)
        self._known = {
            origin: kept for origin, kept in self._known.items() if name not in {origin.team, origin.enterprise}
        }
