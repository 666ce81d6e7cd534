"""A simulated Slack on loopback sockets: Web API, Socket Mode, request URL; and workspaces for tests and the demo."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from .app_state import AppState, Organisation
from .call import Args, Json, RefusalError, read_args
from .data_types import Person
from .http_server import Handler
from .lifetimes_and_limits import Rules
from .oauth import OAuth, describe_removal
from .rate_limiter import Limits
from .request_url import RequestUrl
from .socket_mode import Ack, SocketMode
from .tokens import BotToken, Tokens
from .workspace_sim import WorkspaceSim
from .workspace_state import Workspace

SIGNING_SECRET = "5160a7ed" * 4
"""Of the simulated app, unless another one is given."""


class SlackSim(WorkspaceSim):
    """Slack with one app, served on 127.0.0.1 while the context is open; it is also the first of its workspaces.

    It refuses what Slack refuses, with Slack's error codes. `rules`, `limits`, `faults`, `socket`, `oauth` and
    `announcer` hold what a test may change; `calls`, `acks`, `violations` and the messages hold what happened. *clock*
    (seconds, monotonic) ages streams, limits, triggers, tokens and response URLs. Without a `bot_token` the app is not
    installed anywhere.
    """

    def __init__(
        self,
        *,
        bot_token: str,
        app_token: str,
        signing_secret: str = SIGNING_SECRET,
        bot_name: str = "Wanjie",
        rules: Rules | None = None,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._clock, self._bot_name = AppState(), clock, bot_name
        self._tokens = Tokens(app_token, clock)
        workspace = Workspace(bot_name=bot_name, rules=rules or Rules(), clock=clock, app=self._app)
        self.http = RequestUrl(workspace, signing_secret)
        self.socket = SocketMode(workspace, self.http)
        self.oauth = OAuth(self._app, self._tokens, clock)
        super().__init__(workspace, self.socket, self._tokens, limits or Limits())
        self.workspaces: list[WorkspaceSim] = [self]
        self.api.add(self._handlers_of_app())
        if bot_token:
            self._tokens.add(bot_token, workspace)
            workspace.installed = True
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """Where the Web API is, for `AsyncWebClient(base_url=…)`."""
        return f"{self._app.base_url}/api/"

    @property
    def acks(self) -> list[Ack]:
        return self.socket.acks

    def add_organisation(self, name: str) -> Organisation:
        """Add an organisation (Enterprise Grid) without workspaces."""
        bot = Person(self._app.new_id("W"), self._bot_name, "en-US", is_bot=True)
        return Organisation(self._app.new_id("E"), name, bot, self._app.new_id("B"))

    def add_workspace(self, name: str, organisation: Organisation | None = None) -> WorkspaceSim:
        """Add a workspace, where the app is not installed yet unless the organisation has done so."""
        workspace = Workspace(
            name=name,
            bot_name=self._bot_name,
            rules=Rules(),
            clock=self._clock,
            app=self._app,
            organisation=organisation,
        )
        found = WorkspaceSim(workspace, self.socket, self._tokens, Limits())
        found.api.add(self._handlers_of_app())
        self.workspaces.append(found)
        return found

    def revoke_token(self) -> None:
        """Refuse the bot token of the first workspace from now on (`token_revoked`)."""
        self._tokens.refuse_all(self.workspace, "token_revoked")

    def uninstall(self, owner: Workspace | Organisation) -> None:
        """Remove the app from a workspace or an organisation, as its admins can."""
        self._tokens.refuse_all(owner, "account_inactive")
        owner.installed = False
        self._tell_of_removal(owner, "app_uninstalled")
        self._tell_of_removal(owner, "tokens_revoked")
        self._app.changed()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        await self.socket.disconnect(reason)

    async def can_deliver(self) -> bool:
        """Whether events reach the app: over a socket, or at the request URL of all its backends."""
        return bool(self.socket.connections) or await self.http.verify()

    def drop_connections(self) -> None:
        """Close every Socket Mode connection without a warning."""
        self.socket.drop()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._serve_api)
        app.router.add_get("/link/", self.socket.serve)
        app.router.add_post("/commands/{team}/{key}", self._serve_response)
        app.router.add_post("/upload/v1/{team}-{id}", self._receive_file)
        app.router.add_get("/files-pri/{team}-{id}/{name}", self._serve_file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._app.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()
        await self.http.close()
        for workspace in self.workspaces:
            await workspace.files.close()
        if self._runner:
            await self._runner.cleanup()

    async def _serve_api(self, request: web.Request) -> web.StreamResponse:
        try:
            args = await read_args(request)
        except RefusalError as refusal:
            return web.json_response(refusal.answer())
        token = self._tokens.bots.get(args.token)
        return await self._find_addressed(token, args).api.serve(request, args)

    def _find_addressed(self, token: BotToken | None, args: Args) -> WorkspaceSim:
        """Return the workspace that a call is about; with the token of an organisation its arguments tell."""
        covered = [one for one in self.workspaces if token and token.covers(one.workspace)]
        names = {args.text(name) for name in ("channel", "channel_id", "user", "user_id", "team_id")} - {""}
        named = [one for one in covered if names & {one.team_id, *one.workspace.channels, *one.workspace.people}]
        return next(iter([*named, *covered]), self)

    async def _serve_response(self, request: web.Request) -> web.StreamResponse:
        return await self._find(request).response_urls.serve(request)

    async def _receive_file(self, request: web.Request) -> web.StreamResponse:
        return await self._find(request).files.receive(request)

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        return await self._find(request).files.download(request)

    def _find(self, request: web.Request) -> WorkspaceSim:
        team = request.match_info["team"]
        return next((one for one in self.workspaces if one.team_id == team), self)

    def _handlers_of_app(self) -> dict[str, Handler]:
        return {
            "apps.connections.open": self._open_connection,
            "apps.uninstall": self._uninstall,
            "auth.revoke": self._revoke,
            "oauth.v2.access": self.oauth.access,
        }

    def _uninstall(self, args: Args) -> Json:
        self.oauth.check_client(args)
        self.uninstall(self._tokens.bots[args.token].owner)
        return {"ok": True}

    def _revoke(self, args: Args) -> Json:
        token = self._tokens.bots[args.token]
        if not args.flag("test"):
            token.refusal = "token_revoked"
            self._tell_of_removal(token.owner, "tokens_revoked")
        return {"ok": True, "revoked": not args.flag("test")}

    def _tell_of_removal(self, owner: Workspace | Organisation, kind: str) -> None:
        if kind in self.announcer.subscriptions:
            self.socket.send("events_api", describe_removal(self._app, owner, kind))

    def _open_connection(self, _args: Args) -> Json:
        if self.http.backends:  # Socket Mode is off
            return {"ok": False, "error": "forbidden_team"}
        base = self._app.base_url.replace("http", "ws", 1)
        return {"ok": True, "url": f"{base}/link/?ticket={self.socket.issue_ticket()}&app_id={self._app.app_id}"}
