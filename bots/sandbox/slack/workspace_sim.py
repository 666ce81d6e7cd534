"""One simulated workspace: its people, and the Web API as the bot finds it there."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from .call import Args, Json
from .data_types import Channel, ChannelKind, Message, Sight, Status
from .events import Announcer
from .faults import Faults
from .http_server import Call, Handler, WebApi
from .interactions import Interactions
from .lifetimes_and_limits import Rules
from .methods.assistant import Assistant
from .methods.chat import Chat
from .methods.conversations import Conversations
from .methods.files import Files
from .methods.streams import Streams
from .other_apps import SlackApp
from .rate_limiter import Limits
from .response_urls import ResponseUrls
from .socket_mode import SocketMode
from .tokens import Tokens
from .user_actions import SLACKBOT, Services, SlackUser
from .views import Views
from .workspace_state import Workspace

_Found = TypeVar("_Found")


class WorkspaceSim:
    """A workspace with the app; `rules`, `limits`, `faults` and `announcer` hold what a test may change."""

    def __init__(self, workspace: Workspace, socket: SocketMode, tokens: Tokens, limits: Limits) -> None:
        self.workspace = workspace
        self.limits = limits
        self.announcer = Announcer(workspace, socket)
        self.views = Views(workspace)
        self.assistant = Assistant(workspace)
        self.response_urls = ResponseUrls(workspace)
        self.files = Files(workspace, self.announcer, tokens)
        self.api = WebApi(workspace, tokens, limits)
        self._streams = Streams(workspace, self.announcer)
        interactions = Interactions(workspace, socket, self.views, self.response_urls)
        self._services = Services(workspace, self.announcer, self._streams, interactions, self.views)
        self.api.add(self._handlers())

    @property
    def rules(self) -> Rules:
        return self.workspace.rules

    @property
    def methods(self) -> frozenset[str]:
        """The names of the methods that are answered."""
        return frozenset(self.api.handlers)

    @property
    def faults(self) -> Faults:
        return self.api.faults

    @property
    def scopes(self) -> set[str]:
        """What the bot token was granted; methods that need more are refused with `missing_scope`."""
        return self.api.scopes

    @property
    def floods(self) -> Counter[str]:
        """Calls refused with 429 by the limits, per method (ordered faults do not count)."""
        return self.api.limiter.floods

    def get_usage(self, method: str, channel: str) -> tuple[int, int]:
        """Return how many calls count against the limit of a method, or of posts to a channel, and that limit."""
        return self.api.limiter.get_usage(method, channel)

    @property
    def calls(self) -> list[Call]:
        return self.api.calls

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

    async def wait_for(self, predicate: Callable[[], _Found], timeout: float = 60.0) -> _Found:  # noqa: ASYNC109 -- one argument reads better in a test than a block
        """Return the first true answer of *predicate*; asks only when something has changed. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            return await self.workspace.app.until(predicate)

    def _auth_test(self, _args: Args) -> Json:
        answer: Json = {"ok": True, "url": f"{self.workspace.base_url}/", "team": self.workspace.name}
        answer |= {"user": self.workspace.bot.name, "user_id": self.bot_user_id, "bot_id": self.workspace.bot_id}
        organisation = self.workspace.organisation
        if organisation and organisation.installed:
            answer |= {"team": organisation.name, "team_id": organisation.id, "is_enterprise_install": True}
        else:
            answer |= {"team_id": self.team_id, "is_enterprise_install": False}
        return answer | ({"enterprise_id": organisation.id} if organisation else {})

    def _handlers(self) -> dict[str, Handler]:
        chat, reading = Chat(self.workspace, self.announcer), Conversations(self.workspace, self.announcer)
        return {
            "agents.sessions.rename": self.assistant.rename_session,
            "agents.sessions.setStatus": self.assistant.set_session,
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
            "files.completeUploadExternal": self.files.complete,
            "files.getUploadURLExternal": self.files.upload_url,
            "files.info": self.files.info,
            "reactions.add": reading.react,
            "reactions.remove": reading.unreact,
            "users.info": reading.user_info,
            "users.list": reading.user_list,
            "views.open": self.views.open,
            "views.publish": self.views.publish,
            "views.push": self.views.push,
            "views.update": self.views.update,
        }
