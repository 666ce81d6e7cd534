"""A simulated Slack on loopback sockets: Web API, Socket Mode, request URL; and a workspace for tests and the demo."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from .call import Args, Json
from .events import Announcer
from .faults import Faults
from .http_server import Call, Handler, Tokens, WebApi
from .interactions import Interactions
from .methods.assistant import Assistant
from .methods.chat import Chat
from .methods.conversations import Conversations
from .methods.files import Files
from .methods.streams import Streams
from .other_apps import SlackApp
from .rate_limits import Limits
from .request_url import RequestUrl
from .response_urls import ResponseUrls
from .socket_mode import Ack, SocketMode
from .state import Channel, ChannelKind, Message, Rules, Sight, Status
from .user_actions import SLACKBOT, Services, SlackUser
from .views import Views
from .workspace import Workspace

_Found = TypeVar("_Found")
SIGNING_SECRET = "5160a7ed" * 4
"""Of the simulated app, unless another one is given."""


class SlackSim:
    """A workspace with one app installed, served on 127.0.0.1 while the context is open.

    It refuses what Slack refuses, with Slack's error codes. `rules`, `limits`, `faults`, `socket` and `announcer`
    hold what a test may change; `calls`, `acks`, `violations` and the messages hold what happened. *clock* (seconds,
    monotonic) ages streams, limits, triggers and response URLs.
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
        self.rules = rules or Rules()
        self.limits = limits or Limits()
        self.workspace = Workspace(bot_name=bot_name, rules=self.rules, clock=clock)
        self.http = RequestUrl(self.workspace, signing_secret)
        self.socket = SocketMode(self.workspace, self.http)
        self.announcer = Announcer(self.workspace, self.socket)
        self.views = Views(self.workspace)
        self.assistant = Assistant(self.workspace)
        self._tokens = Tokens(bot_token, app_token)
        self._response_urls = ResponseUrls(self.workspace)
        self._streams = Streams(self.workspace, self.announcer)
        interactions = Interactions(self.workspace, self.socket, self.views, self._response_urls)
        self._services = Services(self.workspace, self.announcer, self._streams, interactions, self.views)
        self._files = Files(self.workspace, self.announcer, bot_token)
        self._api = WebApi(self.workspace, self._tokens, self.limits)
        self._api.add(self._handlers())
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """Where the Web API is, for `AsyncWebClient(base_url=…)`."""
        return f"{self.workspace.base_url}/api/"

    @property
    def methods(self) -> frozenset[str]:
        """The names of the methods that are answered."""
        return frozenset(self._api.handlers)

    @property
    def faults(self) -> Faults:
        return self._api.faults

    @property
    def scopes(self) -> set[str]:
        """What the bot token was granted; methods that need more are refused with `missing_scope`."""
        return self._api.scopes

    @property
    def floods(self) -> Counter[str]:
        """Calls refused with 429 by the limits, per method (ordered faults do not count)."""
        return self._api.limiter.floods

    @property
    def calls(self) -> list[Call]:
        return self._api.calls

    @property
    def acks(self) -> list[Ack]:
        return self.socket.acks

    @property
    def violations(self) -> list[str]:
        """Undocumented values that the app sent and Slack tolerates."""
        return self.workspace.violations

    @property
    def statuses(self) -> list[Status]:
        return self.workspace.statuses

    @property
    def team_id(self) -> str:
        return self.workspace.team_id

    @property
    def bot_user_id(self) -> str:
        return self.workspace.bot.id

    @property
    def mention(self) -> str:
        return f"<@{self.workspace.bot.id}>"

    def user(self, name: str, locale: str = "en-US", *, admin: bool = False) -> SlackUser:
        """Let a person join the workspace."""
        person = self.workspace.add_person(name, locale)
        person.is_admin = admin
        return SlackUser(self._services, person)

    def visitor(self, name: str, locale: str = "en-US") -> SlackUser:
        """Let a person of another workspace take part in shared channels (Slack Connect)."""
        person = self.workspace.add_person(name, locale)
        person.team = self.workspace.new_id("T")
        return SlackUser(self._services, person)

    def slackbot(self) -> SlackUser:
        """Return Slack's own account, which answers, reminds and tells of deletions; it bears no bot id."""
        return SlackUser(self._services, self.workspace.add_person("Slackbot", "en-US", id=SLACKBOT))

    def app(self, name: str) -> SlackApp:
        """Install another app, such as a workflow."""
        return SlackApp(self._services, name)

    def channel(
        self, name: str, *, bot_member: bool = True, kind: ChannelKind = "channel", members: Sequence[SlackUser] = ()
    ) -> Channel:
        return self.workspace.add_channel(name, kind, {one.id for one in members}, bot_member=bot_member)

    def im(self, user: SlackUser) -> Channel:
        """Return the direct conversation of a user with the app."""
        return self.workspace.im(user.id)

    def add_bot(self, channel: Channel, by: SlackUser) -> None:
        """Let a person invite the app into a channel."""
        channel.bot_member = True
        self.announcer.announce_join(channel, self.bot_user_id, by.id)

    def remove_bot(self, channel: Channel) -> None:
        """Remove the app from a channel; it is told so, and gets no more events from there."""
        channel.bot_member = False
        self.announcer.announce_removal(channel)
        self.workspace.changed()

    def archive(self, channel: Channel) -> None:
        channel.archived = True
        self.workspace.changed()

    def revoke_token(self) -> None:
        """Refuse the bot token from now on (`token_revoked`)."""
        self._tokens.revoked = True

    def messages(self, channel: Channel, thread_ts: str | None = None) -> list[Message]:
        """Return what everybody sees in a channel or in one of its threads (root included), the oldest first."""
        if thread_ts is None:
            return self.workspace.standing(channel.id)
        return self.workspace.thread(channel.id, thread_ts)

    def texts(self, channel: Channel, thread_ts: str | None = None) -> list[str]:
        """Return what a reader sees now of the app's own messages."""
        return [one.shown for one in self.messages(channel, thread_ts) if one.user == self.bot_user_id]

    def ephemerals(self, user: SlackUser) -> list[Message]:
        """Return the messages that only this user sees."""
        return [one for one in self.workspace.messages if one.visible_to == user.id and not one.deleted]

    def timeline(self, channel: Channel, thread_ts: str | None = None) -> list[Sight]:
        """Return every visible change with its time (seconds of the clock), in order."""
        return [one for one in self.workspace.sights if one.channel == channel.id and thread_ts in {None, one.root}]

    def status(self, channel: Channel, thread_ts: str) -> str:
        """Return the status line that a thread shows now, "" for none."""
        return self.workspace.status(channel.id, thread_ts)

    def count(self, method: str) -> int:
        """Return how many calls of a method were answered with `ok: true`."""
        return sum(call.method == method and call.error is None for call in self.calls)

    async def wait_for(self, predicate: Callable[[], _Found], timeout: float = 5.0) -> _Found:  # noqa: ASYNC109 -- one argument reads better in a test than a block
        """Return the first true answer of *predicate*; asks only when something has changed. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            return await self.workspace.until(predicate)

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
        app.router.add_route("*", "/api/{method}", self._api.serve)
        app.router.add_get("/link/", self.socket.serve)
        app.router.add_post("/commands/{key}", self._response_urls.serve)
        app.router.add_post("/upload/v1/{id}", self._files.receive)
        app.router.add_get("/files-pri/{team}-{id}/{name}", self._files.download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.workspace.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()
        await self.http.close()
        await self._files.close()
        if self._runner:
            await self._runner.cleanup()

    def _auth_test(self, _args: Args) -> Json:
        answer: Json = {"ok": True, "url": f"{self.workspace.base_url}/", "team": "Sim", "team_id": self.team_id}
        answer |= {"user": self.workspace.bot.name, "user_id": self.bot_user_id, "bot_id": self.workspace.bot_id}
        return answer | {"is_enterprise_install": False}

    def _open_connection(self, _args: Args) -> Json:
        if self.http.backends:  # Socket Mode is off
            return {"ok": False, "error": "forbidden_team"}
        base = self.workspace.base_url.replace("http", "ws", 1)
        return {"ok": True, "url": f"{base}/link/?ticket={self.socket.issue_ticket()}&app_id={self.workspace.app_id}"}

    def _handlers(self) -> dict[str, Handler]:
        chat, reading = Chat(self.workspace, self.announcer), Conversations(self.workspace, self.announcer)
        return {
            "agents.sessions.rename": self.assistant.rename_session,
            "agents.sessions.setStatus": self.assistant.set_session,
            "apps.connections.open": self._open_connection,
            "assistant.threads.setStatus": self.assistant.set_status,
            "assistant.threads.setSuggestedPrompts": self.assistant.set_prompts,
            "assistant.threads.setTitle": self.assistant.set_title,
            "auth.test": self._auth_test,
            "chat.appendStream": self._streams.append,
            "chat.delete": chat.delete,
            "chat.postEphemeral": chat.post_ephemeral,
            "chat.postMessage": chat.post,
            "chat.startStream": self._streams.start,
            "chat.stopStream": self._streams.stop,
            "chat.update": chat.update,
            "conversations.history": reading.history,
            "conversations.info": reading.info,
            "conversations.join": reading.join,
            "conversations.leave": reading.leave,
            "conversations.list": reading.catalogue,
            "conversations.open": reading.open,
            "conversations.replies": reading.replies,
            "files.completeUploadExternal": self._files.complete,
            "files.getUploadURLExternal": self._files.upload_url,
            "files.info": self._files.info,
            "reactions.add": reading.react,
            "reactions.remove": reading.unreact,
            "users.info": reading.user_info,
            "users.list": reading.user_list,
            "views.open": self.views.open,
            "views.publish": self.views.publish,
            "views.push": self.views.push,
            "views.update": self.views.update,
        }
