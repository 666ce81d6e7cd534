"""Slack as the core sees it, from connecting to closing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self, TypeVar

import aiohttp
import structlog

from bots.http_sessions import Sessions
from bots.lifecycle import PlatformError, ReceiveEvent, SuggestOptions
from core.chat.port.errors import OutboxError, PlatformUnreachableError, RateLimitedError
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menus import Option
from core.redis import RateLimiter
from core.settings import NO_PROXIES, Proxies, SlackSettings

from .api.call import AsyncWebClient, Caller, Identity, open_socket, web_client, who_am_i
from .api.deferred_calls import DeferredCalls
from .api.features import Features
from .api.files import Files
from .api.methods import SlackApi
from .api.users import Users
from .api.workspace import WorkspaceApi
from .events.enrich import enrich
from .events.installation import PLATFORM, Installation
from .events.parse import read_addition, read_event
from .events.socket import SocketListener
from .sending.outbox import SlackOutbox

_log = structlog.get_logger()
_Result = TypeVar("_Result")
_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_FIRST_PATIENCE, _LONGEST_PATIENCE = 1.0, 30.0
"""Seconds between two tries to reach Slack."""


class SlackTokenError(PlatformError):
    """Slack does not accept a token of the settings; the text names the variable and Slack's reason."""


class SlackPlatform:
    """One Slack workspace; use it within `async with`, which needs no network.

    `budgets` gives the shared budget of an account such as `sl:T123`; `suggest` fills lists that are searched.
    """

    name = PLATFORM

    def __init__(
        self,
        settings: SlackSettings,
        budgets: Callable[[str], RateLimiter],
        suggest: SuggestOptions,
        *,
        proxies: Proxies = NO_PROXIES,
    ) -> None:
        self._settings = settings
        self._proxies = proxies
        self._budgets = budgets
        self._suggest = suggest
        self._teams: dict[str, WorkspaceApi] = {}
        self._features = Features()
        self._people = Users()
        self._later = DeferredCalls()
        self._identity: Identity | None = None
        self._web: _Web | None = None
        self.connected = asyncio.Event()
        """Set while the socket is open."""

    @property
    def is_connected(self) -> bool:
        """Whether the socket is open."""
        return self.connected.is_set()

    async def __aenter__(self) -> Self:
        sessions, url = Sessions(self._proxies, timeout=_TIMEOUT), self._settings.api_url
        client = web_client(self._settings.bot_token.get_secret_value(), url, sessions.get_session(url))
        self._web = _Web(client, sessions)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._later.aclose()
        if self._web is not None:
            await self._web.sessions.aclose()

    async def run(self, receive: ReceiveEvent) -> None:
        """Take events in until cancelled, through whatever outages of Slack.

        Each event is acknowledged after `receive` returned (see `SocketListener`). Raises `SlackTokenError` when Slack
        refuses a token at the start; one that is revoked later is complained of in the log and tried again.
        """
        await self.connect()
        app_token = self._settings.app_token.get_secret_value()
        web = self._opened
        ingress = SocketListener(
            web.client,
            app_token,
            self._home,
            receive=receive,
            suggest=self._suggested,
            connect=web.sessions.open_session,
        )
        first = True
        while True:
            address = await _insist(
                lambda: open_socket(self._opened.client, app_token), "SLACK_APP_TOKEN", give_up=first
            )
            first = False
            await ingress.listen(address, self._note)

    async def connect(self) -> Identity:
        """Find out who the bot is, waiting until Slack can be reached; raise `SlackTokenError` when it refuses."""
        if self._identity is None:
            self._identity = await _insist(lambda: who_am_i(self._opened.client), "SLACK_BOT_TOKEN", give_up=True)
            _log.info("Slack knows the bot", team=self._identity.team, user=self._identity.user)
            if missing := self._identity.missing_scopes:
                _log.warning(
                    "the Slack app lacks scopes; add them and install the app again", missing=", ".join(missing)
                )
        return self._identity

    def read(self, payload: bytes) -> Incoming | None:
        """Read an event as the ingress stored it."""
        return read_event(payload, self._home)

    def read_addition(self, payload: bytes) -> Incoming | None:
        """Read the new form of a message, as the ingress stored it."""
        return read_addition(payload, self._home)

    async def introduce(self, sender: Sender) -> Sender:
        """Fill in the name and the locale from `users.info`; gives up after 2 seconds, never raises."""
        # After a restart there are events to answer before Slack has told whose the token is; one has an outbox by now.
        team = self._identity.team if self._identity else next(iter(self._teams), "")
        return await self._people.introduce(self._team_of(team).api, sender) if team else sender

    async def complete(self, incoming: Incoming, *, first: bool, since: str = "") -> Incoming:
        """Read the thread into which the bot is called, names and files; gives up after some seconds, never raises."""
        team = self._team_of(incoming.chat.account)
        return await enrich(incoming, team, self._user(), first=first, since=since)

    def outbox(self, incoming: Incoming) -> SlackOutbox:
        """Answer `incoming`; to be kept for the whole turn, since it remembers what failed calls left behind."""
        return SlackOutbox(self._team_of(incoming.chat.account), incoming, self._user)

    async def _suggested(self, menu: str, chat: ChatRef, text: str, reader: Sender) -> tuple[Option, ...]:
        return await self._suggest(menu, chat, text, await self.introduce(reader))

    @property
    def _home(self) -> Installation:
        known = self._identity or Identity("", "")
        return Installation(known.team, known.user, frozenset(self._settings.allowed_apps))

    def _user(self) -> str:
        return self._identity.user if self._identity else ""

    def _team_of(self, account: str) -> WorkspaceApi:
        team = self._teams.get(account)
        if team is None:
            web = self._opened
            caller = Caller(web.client, self._budgets(f"{PLATFORM}:{account}"))
            api, files = SlackApi(caller, web.sessions), Files(caller, web.sessions)
            team = self._teams[account] = WorkspaceApi(api, files, self._features, self._people, self._later)
        return team

    def _note(self, up: bool) -> None:  # noqa: FBT001 - a callback that takes one value
        if up:
            self.connected.set()
        else:
            self.connected.clear()

    @property
    def _opened(self) -> _Web:
        if self._web is None:
            raise RuntimeError("SlackPlatform is used outside `async with`")
        return self._web


@dataclass(frozen=True, slots=True)
class _Web:
    client: AsyncWebClient
    sessions: Sessions


async def _insist(call: Callable[[], Awaitable[_Result]], variable: str, *, give_up: bool) -> _Result:
    """Repeat `call` until Slack answers; a refusal is final only if `give_up`."""
    patience = _FIRST_PATIENCE
    while True:
        wait = patience
        try:
            return await call()
        except RateLimitedError as error:
            wait = error.retry_after
        except PlatformUnreachableError as error:
            _log.warning("Slack cannot be reached", reason=str(error), again_in=wait)
        except OutboxError as error:
            _log.error("Slack refuses a token", variable=variable, reason=str(error))
            if give_up:
                raise SlackTokenError(f"Slack does not accept {variable}: {error}") from error
            wait = _LONGEST_PATIENCE
        await asyncio.sleep(wait)
        patience = min(patience * 2, _LONGEST_PATIENCE)
