"""The Slack platform, from connecting to closing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import aiohttp
import structlog

from bots.http_port import HttpPortError, Port, Routes, serve_http
from bots.running_platform import Forms, PlatformError, ReceiveEvent, RunningPlatform, SuggestOptions
from bots.slack.events.open_and_check_modals import Modals
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menu_query import MenuQuery
from core.chat.port.menus import Option
from core.chat.port.platform import Standing
from core.chat.port.platform_calls import PlatformCalls
from core.chat.text.translations import Translations
from core.http_sessions import Sessions
from core.json_reader import Json
from core.metrics import Metrics
from core.redis import RateLimiter
from core.settings import NO_PROXIES, Proxies
from core.tracing import NO_TRACER, Tracer

from .api.bot_account import BotAccount
from .api.call import AsyncWebClient, Identity, create_web_client, fetch_identity, open_socket
from .api.retry_until_answered import retry_until_answered
from .api.workspace_api import WorkspaceApi
from .api.workspaces import Workspaces
from .apply_guest_settings import read_standing, to_standing
from .events.acknowledger import EventAcknowledger
from .events.enrich import enrich, has_discussion
from .events.http_requests import HttpReceiver
from .events.parse import read_edit, read_event, read_part
from .events.socket_connection import SocketListener
from .events.workspace_context import PLATFORM, WorkspaceContext
from .oauth.event_origin import read_removal
from .oauth.secret_store import Lease, SecretStore
from .sending.outbox import SlackOutbox
from .settings import SlackSettings, get_secret

if TYPE_CHECKING:
    from .oauth.multi_workspace_app import MultiWorkspaceApp

_log = structlog.get_logger()
_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_HTTP_LIMITS = 64, 75.0
"""Open connections of the port for events, each with a body of 2 MB at most, and seconds that they may be idle: longer
than a proxy keeps them (60), so that none sends a request into a connection that is being closed."""


class SlackPlatform(RunningPlatform):
    """A Slack app, in one workspace or in all that install it; use it within `async with`, which needs no network.

    `rate_limiters` returns the shared rate limiter of an account such as `sl:T123`, `suggest` the options of
    searchable menus; `forms` opens modals, None for none. `secrets` makes a store that is encrypted with these keys,
    `lease` something that one replica does at a time; an app with a bot token needs neither.
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
        secrets: Callable[[Sequence[str]], SecretStore] | None = None,
        lease: Callable[[str], Lease] | None = None,
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._lease = lease
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

        def create_client(token: str = "") -> AsyncWebClient:
            return create_web_client(token, url, sessions.get_session(url))

        bot, shared_app = BotAccount(create_client(get_secret(self._settings.bot_token))), None
        if self._settings.client_id and self._secrets and self._lease:
            from .oauth.multi_workspace_app import MultiWorkspaceApp  # noqa: PLC0415 - see `_list_pages`

            records = self._secrets([key.get_secret_value() for key in self._settings.token_encryption_keys])
            shared_app = MultiWorkspaceApp(self._settings, records, self._lease, create_client)
        create_bot = shared_app.create_bot if shared_app else None
        workspaces = Workspaces(sessions, create_bot or (lambda _team: bot), self._find_limiter, self._calls)
        self._web = _Web(sessions, bot, workspaces, shared_app)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._web is not None:
            await self._web.workspaces.aclose()
            if self._web.shared_app is not None:
                await self._web.shared_app.aclose()
            await self._web.sessions.aclose()

    async def run(self, receive: ReceiveEvent) -> None:
        """Receive events until cancelled, and reconnect after outages of Slack.

        Each event is acknowledged after `receive` has returned (see `EventAcknowledger`). Raises `SlackTokenError` if
        Slack refuses a token at the start; a later refusal is logged and retried. Raises `PlatformError` when the port
        for events is not available.
        """
        shared_app = self._open_web.shared_app
        await (shared_app.prepare() if shared_app else self.connect())
        modals = Modals(self._forms, self._workspace_of) if self._forms else None
        events = EventAcknowledger(self._find_workspace, receive, self._suggest_options, modals)
        if self._settings.mode == "http":
            receiver = HttpReceiver(get_secret(self._settings.signing_secret), events)
            path = urlsplit(self._settings.request_url).path or "/"
            await self._serve({("POST", path): receiver.handle, **self._list_pages()}, self._wait_for_requests())
        elif shared_app is not None:
            await self._serve(self._list_pages(), self._receive_over_socket(events))
        else:
            await self._receive_over_socket(events)

    async def _receive_over_socket(self, events: EventAcknowledger) -> None:
        app_token, web = get_secret(self._settings.app_token), self._open_web
        listener = SocketListener(web.bot.client, app_token, events, web.sessions.open_session)
        give_up = True
        while True:
            address = await retry_until_answered(
                lambda: open_socket(web.bot.client, app_token), "SLACK_APP_TOKEN", give_up=give_up
            )
            give_up = False
            await listener.listen(address, self._set_connected)

    async def _serve(self, routes: Routes, receiving: Coroutine[None, None, None]) -> None:
        """Answer requests to the port while events are received."""
        settings = self._settings
        port = Port(settings.http_host, settings.http_port, "SLACK_HTTP", *_HTTP_LIMITS)
        try:
            async with serve_http(port, routes):
                await receiving
        except HttpPortError as error:
            receiving.close()
            raise PlatformError(str(error)) from error

    async def _wait_for_requests(self) -> None:
        try:
            self._set_connected(True)  # noqa: FBT003 - a setter
            await asyncio.Event().wait()
        finally:
            self._set_connected(False)  # noqa: FBT003 - a setter

    def _list_pages(self) -> Routes:
        """List the pages with which workspaces install the app; {} where there is one workspace."""
        shared_app = self._open_web.shared_app
        if shared_app is None:
            return {}
        # Bolt takes 4 MB and a fifth of the time of all imports, and an app of one workspace does not need it.
        from .oauth.install_pages import InstallPages  # noqa: PLC0415

        limiter = self._rate_limiters(f"{PLATFORM}:app")
        return InstallPages(shared_app.create_flow(), limiter, self._translations).list_routes()

    async def connect(self) -> Identity:
        """Fetch the bot's identity, waiting until Slack can be reached; raise `SlackTokenError` if it refuses."""
        if self._identity is None:
            self._identity = await retry_until_answered(
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
        return read_event(payload, self._workspace)

    def read_addition(self, payload: bytes) -> Incoming | None:
        """Read the new form of an edited message, or what may be the rest of a text, from a stored event."""
        return read_edit(payload, self._workspace) or read_part(payload, self._workspace)

    async def enrich(self, incoming: Incoming, *, sender_only: bool = False, since: str | None = None) -> Incoming:
        """Look up the sender, within 2 seconds; add the thread, names and files, within some more. Never raises."""
        incoming = replace(incoming, sender=await self._look_up_sender(incoming.chat, incoming.sender))
        if sender_only:
            return incoming
        return await enrich(incoming, self._workspace_of(incoming.chat), since=since)

    def expect(self, incoming: Incoming) -> None:
        """See `Platform`."""
        workspace = self._workspace_of(incoming.chat)
        workspace.users.begin_look_up(workspace.api, incoming.sender)

    def has_discussion(self, incoming: Incoming) -> bool:
        """See `Platform`."""
        return has_discussion(incoming)

    def is_person_id(self, text: str) -> bool:
        """See `Platform`."""
        return text.isascii() and text.isalnum()

    def get_standing(self, incoming: Incoming) -> Standing | None:
        """See `Platform`; only the profile tells guests from members."""
        if (told := read_standing(self._settings, incoming)) is not None:
            return told
        users = self._workspace_of(incoming.chat).users
        known = users.get_known_affiliation(incoming.sender.id, incoming.chat.account)
        return known and to_standing(self._settings, known, incoming.chat.account)

    async def look_up_standing(self, incoming: Incoming) -> Standing | None:
        """See `Platform`; the answer may be ten minutes old."""
        workspace, team = self._workspace_of(incoming.chat), incoming.chat.account
        found = await workspace.users.look_up_affiliation(workspace.api, incoming.sender.id, team)
        return found and to_standing(self._settings, found, team)

    async def leave(self, chat: ChatRef) -> None:
        """Leave a channel, or a whole workspace, from which the app is removed; a direct message cannot be left."""
        if chat.is_workspace and (shared_app := self._open_web.shared_app):
            await shared_app.uninstall(chat.account)
            await self._open_web.workspaces.forget(chat.account)
        else:
            await self._workspace_of(chat).api.leave(chat.chat)

    async def stay(self, chat: ChatRef) -> None:
        """Try no more to remove the app from a workspace. Raises one of `STORE_ERRORS`."""
        if chat.is_workspace and (shared_app := self._open_web.shared_app):
            await shared_app.keep(chat.account)

    def outbox(self, incoming: Incoming) -> SlackOutbox:
        """Return the outbox for `incoming`; keep it for the whole job, since it remembers failed calls."""
        return SlackOutbox(self._workspace_of(incoming.chat), incoming, self._translations)

    async def _suggest_options(self, query: MenuQuery, most: int) -> tuple[Option, ...]:
        reader = await self._look_up_sender(query.chat, query.reader)
        return await self._suggest(replace(query, reader=reader), most)

    async def _look_up_sender(self, chat: ChatRef, sender: Sender) -> Sender:
        workspace = self._workspace_of(chat)
        return await workspace.users.complete_sender(workspace.api, sender)

    async def _find_workspace(self, body: Json) -> WorkspaceContext | None:
        """Return the installation for which Slack sends `body`; None when the app is not installed there any more."""
        shared_app = self._open_web.shared_app
        if shared_app is None:
            return self._workspace
        if removed := read_removal(body):
            await shared_app.delete_removed(removed)
            await self._open_web.workspaces.forget(removed)
            return None
        found = await shared_app.find(body, self._workspace)
        return found and replace(found[0], direct_threads=self._has_direct_threads(found[0].team, is_agent=found[1]))

    @property
    def _workspace(self) -> WorkspaceContext:
        identity = self._identity or Identity("", "")
        settings = self._settings
        return WorkspaceContext(
            identity.team,
            identity.user,
            frozenset(settings.allowed_apps),
            settings.command_prefix,
            direct_threads=self._has_direct_threads(identity.team, is_agent=identity.is_agent),
        )

    def _has_direct_threads(self, team: str, *, is_agent: bool) -> bool:
        """Whether each thread of a direct message is a conversation: as set, or where people see them as such."""
        if self._settings.direct_memory == "auto":
            return is_agent and not self._open_web.workspaces.get(team).features.agent.is_refused
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
    shared_app: MultiWorkspaceApp | None
    """Of an app that several workspaces install."""
