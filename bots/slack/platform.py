"""The Slack platform, from connecting to closing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
import structlog

from bots.http_port import HttpPortError, Port, serve_http
from bots.http_sessions import Sessions
from bots.running_platform import Forms, PlatformError, ReceiveEvent, RunningPlatform, SuggestOptions
from core.chat.port.errors import OutboxError, PlatformUnreachableError, RateLimitedError
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menus import Option
from core.chat.port.platform import Standing
from core.chat.port.platform_calls import PlatformCalls
from core.chat.text.translations import Translations
from core.error_words import keep_error_words
from core.json_reader import Json
from core.metrics import Metrics
from core.redis import RateLimiter
from core.settings import NO_PROXIES, Proxies
from core.tracing import NO_TRACER, Tracer

from .api.affiliation import Affiliation
from .api.bot_account import BotAccount
from .api.call import Identity, create_web_client, fetch_identity, open_socket
from .api.users import USER_ID_PREFIXES
from .api.workspace import WorkspaceApi
from .api.workspaces import Workspaces
from .events.enrich import enrich
from .events.event_storage import EventStorage
from .events.http_requests import HttpReceiver
from .events.installation import PLATFORM, Installation
from .events.modals import Modals
from .events.parse import read_edit, read_event, read_part
from .events.reply_target import ReplyTarget
from .events.socket import SocketListener
from .sending.outbox import SlackOutbox
from .settings import SlackSettings, get_secret

_log = structlog.get_logger()
_Result = TypeVar("_Result")
_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_MIN_RETRY_DELAY, _MAX_RETRY_DELAY = 1.0, 30.0
"""Seconds between two attempts to reach Slack."""
_HTTP_LIMITS = 64, 75.0
"""Open connections of the port for events, each with a body of 2 MB at most, and seconds that they may be idle: longer
than a proxy keeps them (60), so that none sends a request into a connection that is being closed."""


class SlackTokenError(PlatformError):
    """Slack does not accept a token of the settings; the text names the variable and Slack's error code."""


class SlackPlatform(RunningPlatform):
    """One Slack workspace; use it within `async with`, which needs no network.

    `rate_limiters` returns the shared rate limiter of an account such as `sl:T123`, `suggest` the options of
    searchable menus; `forms` opens modals, None for none.
    """

    name = PLATFORM
    admits_groups = False

    def __init__(
        self,
        settings: SlackSettings,
        rate_limiters: Callable[[str], RateLimiter],
        suggest: SuggestOptions,
        *,
        forms: Forms | None = None,
        proxies: Proxies = NO_PROXIES,
        metrics: Metrics | None = None,
        tracer: Tracer = NO_TRACER,
    ) -> None:
        self._settings = settings
        self._calls = PlatformCalls(metrics or Metrics(), PLATFORM, tracer)
        self._proxies = proxies
        self._rate_limiters = rate_limiters
        self._suggest = suggest
        self._forms = forms
        self._translations = Translations()
        self._identity: Identity | None = None
        self._web: _Web | None = None
        self.connected = asyncio.Event()
        """Set while events can arrive: while the socket is open, or the port."""

    @property
    def is_connected(self) -> bool:
        """Whether events can arrive: whether the socket is open, or the port."""
        return self.connected.is_set()

    async def __aenter__(self) -> Self:
        sessions, url = Sessions(self._proxies, timeout=_TIMEOUT), self._settings.api_url
        bot = BotAccount(create_web_client(self._settings.bot_token.get_secret_value(), url, sessions.get_session(url)))
        self._web = _Web(sessions, bot, Workspaces(sessions, lambda _: bot, self._find_limiter, self._calls))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._web is not None:
            await self._web.workspaces.aclose()
            await self._web.sessions.aclose()

    async def run(self, receive: ReceiveEvent) -> None:
        """Receive events until cancelled, and reconnect after outages of Slack.

        Each event is acknowledged after `receive` has returned (see `EventStorage`). Raises `SlackTokenError` if
        Slack refuses a token at the start; a later refusal is logged and retried. Raises `PlatformError` when the port
        for events is not available.
        """
        await self.connect()
        modals = Modals(self._forms, self._workspace_of) if self._forms else None
        events = EventStorage(self._find_installation, receive, self._suggest_options, modals)
        if self._settings.mode == "http":
            await self._receive_over_http(events)
        else:
            await self._receive_over_socket(events)

    async def _receive_over_socket(self, events: EventStorage) -> None:
        app_token, web = get_secret(self._settings.app_token), self._open_web
        listener = SocketListener(web.bot.client, app_token, events, web.sessions.open_session)
        give_up = True
        while True:
            address = await _retry_until_answered(
                lambda: open_socket(web.bot.client, app_token), "SLACK_APP_TOKEN", give_up=give_up
            )
            give_up = False
            await listener.listen(address, self._set_connected)

    async def _receive_over_http(self, events: EventStorage) -> None:
        settings = self._settings
        receiver = HttpReceiver(get_secret(settings.signing_secret), events)
        port = Port(settings.http_host, settings.http_port, "SLACK_HTTP", *_HTTP_LIMITS)
        path = urlsplit(settings.request_url).path or "/"
        try:
            async with serve_http(port, {("POST", path): receiver.handle}):
                self._set_connected(True)  # noqa: FBT003 - a setter
                await asyncio.Event().wait()
        except HttpPortError as error:
            raise PlatformError(str(error)) from error
        finally:
            self._set_connected(False)  # noqa: FBT003 - a setter

    async def connect(self) -> Identity:
        """Fetch the bot's identity, waiting until Slack can be reached; raise `SlackTokenError` if it refuses."""
        if self._identity is None:
            self._identity = await _retry_until_answered(
                lambda: fetch_identity(self._open_web.bot.client), "SLACK_BOT_TOKEN", give_up=True
            )
            self._open_web.bot.user = self._identity.user
            _log.info("Slack knows the bot", team=self._identity.team, user=self._identity.user)
            if missing := self._identity.missing_scopes:
                _log.warning(
                    "the Slack app lacks scopes; add them and install the app again", missing=", ".join(missing)
                )
        return self._identity

    def read(self, payload: bytes) -> Incoming | None:
        """Read a stored event."""
        return read_event(payload, self._installation)

    def read_addition(self, payload: bytes) -> Incoming | None:
        """Read the new form of an edited message, or what may be the rest of a text, from a stored event."""
        return read_edit(payload, self._installation) or read_part(payload, self._installation)

    async def enrich(self, incoming: Incoming, *, sender_only: bool = False, since: str | None = None) -> Incoming:
        """Look up the sender, within 2 seconds; add the thread, names and files, within some more. Never raises."""
        incoming = replace(incoming, sender=await self._look_up_sender(incoming.chat, incoming.sender))
        if sender_only:
            return incoming
        return await enrich(incoming, self._workspace_of(incoming.chat), since=since)

    def get_standing(self, incoming: Incoming) -> Standing | None:
        """See `Platform`; only the profile tells guests from members."""
        team = ReplyTarget.parse(incoming.reply_route).team
        if frozenset(self._settings.allowed_ids) & {incoming.sender.id, incoming.chat.chat, team}:
            return "listed"
        if not incoming.sender.id.startswith(USER_ID_PREFIXES):
            return "insider"  # an app that SLACK_ALLOWED_APPS names
        if team and self._settings.connect == "off":
            return "outsider"
        users = self._workspace_of(incoming.chat).users
        known = users.get_known_affiliation(incoming.sender.id, incoming.chat.account)
        return known and self._to_standing(known)

    async def look_up_standing(self, incoming: Incoming) -> Standing | None:
        """See `Platform`; the answer may be ten minutes old."""
        workspace, team = self._workspace_of(incoming.chat), incoming.chat.account
        found = await workspace.users.look_up_affiliation(workspace.api, incoming.sender.id, team)
        return found and self._to_standing(found)

    def _to_standing(self, affiliation: Affiliation) -> Standing:
        settings = self._settings
        allowed = {"member": True, "guest": settings.guests == "on", "external": settings.connect == "on"}
        return "insider" if allowed[affiliation] else "outsider"

    async def leave(self, chat: ChatRef) -> None:
        """Leave a channel; a direct message cannot be left."""
        await self._workspace_of(chat).api.leave(chat.chat)

    def outbox(self, incoming: Incoming) -> SlackOutbox:
        """Return the outbox for `incoming`; keep it for the whole job, since it remembers failed calls."""
        return SlackOutbox(self._workspace_of(incoming.chat), incoming, self._translations)

    async def _suggest_options(
        self, menu: str, chat: ChatRef, text: str, reader: Sender, most: int
    ) -> tuple[Option, ...]:
        return await self._suggest(menu, chat, text, await self._look_up_sender(chat, reader), most)

    async def _look_up_sender(self, chat: ChatRef, sender: Sender) -> Sender:
        workspace = self._workspace_of(chat)
        return await workspace.users.complete_sender(workspace.api, sender)

    async def _find_installation(self, body: Json) -> Installation:
        """Return the installation for which Slack sends `body`."""
        del body  # there is one
        return self._installation

    @property
    def _installation(self) -> Installation:
        identity = self._identity or Identity("", "")
        settings = self._settings
        return Installation(
            identity.team,
            identity.user,
            frozenset(settings.allowed_apps),
            settings.command_prefix,
            direct_threads=self._has_direct_threads(identity),
        )

    def _has_direct_threads(self, identity: Identity) -> bool:
        """Whether each thread of a direct message is a conversation: as set, or where people see them as such."""
        if self._settings.direct_memory == "auto":
            return identity.is_agent and not self._open_web.workspaces.get(identity.team).features.agent.is_refused
        return self._settings.direct_memory == "thread"

    def _workspace_of(self, chat: ChatRef) -> WorkspaceApi:
        return self._open_web.workspaces.get(chat.account)

    def _find_limiter(self, team: str) -> RateLimiter:
        return self._rate_limiters(f"{PLATFORM}:{team}")

    def _set_connected(self, connected: bool) -> None:  # noqa: FBT001 - a callback that takes one value
        if connected:
            self.connected.set()
        else:
            self.connected.clear()

    @property
    def _open_web(self) -> _Web:
        if self._web is None:
            raise RuntimeError("SlackPlatform is used outside `async with`")
        return self._web


@dataclass(frozen=True, slots=True)
class _Web:
    sessions: Sessions
    bot: BotAccount
    workspaces: Workspaces


async def _retry_until_answered(call: Callable[[], Awaitable[_Result]], variable: str, *, give_up: bool) -> _Result:
    """Repeat `call` until it succeeds; a refusal is final only if `give_up`."""
    delay = _MIN_RETRY_DELAY
    while True:
        wait = delay
        try:
            return await call()
        except RateLimitedError as error:
            wait = error.retry_after
        except PlatformUnreachableError as error:
            _log.warning("Slack cannot be reached", reason=error, again_in=wait)
        except OutboxError as error:
            _log.error("Slack refuses a token", variable=variable, reason=error)
            if give_up:
                raise SlackTokenError(f"Slack does not accept {variable}: {keep_error_words(str(error))}") from error
            wait = _MAX_RETRY_DELAY
        await asyncio.sleep(wait)
        delay = min(delay * 2, _MAX_RETRY_DELAY)
