"""A simulated Telegram: the Bot API on a loopback socket, and the people who talk to the bot."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from aiohttp import web

from .account_methods import Account
from .bot_api import Description
from .check_and_post_message import Sender
from .draft_methods import Drafts, RichSupport
from .files import Files, StoredFile
from .flood_control import FloodControl, Limits
from .http_server import Received, Server
from .inline_mode import InlineMode
from .media_methods import Media
from .membership import Membership
from .message_methods import Messages, Press
from .method_table import make_handlers
from .state import Chat, Draft, Event, Message, User, World
from .update_delivery import Updates
from .user_actions import Person, Services
from .webhook import Delivery

_T = TypeVar("_T")
_SUPERGROUP: Final = -1_000_000_000_000


class TelegramSim:
    """Stand for api.telegram.org: `async with TelegramSim() as sim`, then point the bot at `sim.base_url`.

    It keeps state, checks every call against the published description (departures from it are refused and
    listed in `violations`), and refuses what the real server refuses, with its sentences. Methods that change
    something take effect at once; the bot learns of it through getUpdates or its webhook.
    """

    def __init__(
        self,
        token: str = "123456:TEST",  # noqa: S107 - made up
        *,
        username: str = "wanjie_bot",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` counts the seconds of flood control."""
        self.token = token
        self.bot = User(int(token.split(":", maxsplit=1)[0]), "Wanjie", username, is_bot=True)
        description = Description.load()
        self._world = World(self.bot)
        self._flood = FloodControl(clock)
        self._files = Files()
        self._updates = Updates(description.updates)
        self.inline = InlineMode(self._world, self._updates)
        """What people ask in any chat; see `Person.ask_inline`."""
        self._account = Account(self._world, self.inline)
        self._membership = Membership(self._world, self._updates, self._account)
        sender = Sender(self._world, self._flood)
        messages = Messages(self._world, sender, self._flood, description)
        media = Media(self._files, sender, self._flood)
        self._drafts = Drafts(self._world, sender, self._flood)
        methods = make_handlers(self._account, messages, self._drafts, media, self._files, self._updates, self.inline)
        self._server = Server(token, description, methods, self._updates.get, self._files, self._world.changed)
        self.faults = self._server.faults
        """What a test lets go wrong in the next calls."""
        self._services = Services(
            self._world, self._updates, self._files, self._membership, messages.presses, self.inline
        )
        self._runner: web.AppRunner | None = None
        self._address = ""
        self._groups = 0

    async def __aenter__(self) -> Self:
        # A poll whose client is gone must end, or it would swallow the updates meant for the next one.
        self._runner = web.AppRunner(self._server.application(), handler_cancellation=True, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._updates.delivery.close()
        await self._server.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """The address of the Bot API; the token follows it."""
        return f"{self._address}/bot"

    @property
    def file_url(self) -> str:
        """The address of downloads; the token follows it."""
        return f"{self._address}/file/bot"

    def user(self, user_id: int, name: str, language_code: str = "", *, username: str = "") -> Person:
        """Return a new person."""
        user = User(user_id, name, username, language_code)
        self._world.users[user_id] = user
        return Person(user, self._services)

    def private(self, person: Person) -> Chat:
        """Return the person's chat with the bot, whose id is the person's."""
        chat = Chat(person.user.id, "private", person=person.user)
        return self._world.chats.setdefault(chat.id, chat)

    def group(self, title: str, *, forum: bool = False, basic: bool = False, admin: bool = False) -> Chat:
        """Return a new supergroup with the bot in it, or a *basic* group; as *admin* the bot reads everything."""
        self._groups += 1
        number = 1000 + self._groups
        chat = Chat(-number if basic else _SUPERGROUP - number, "group" if basic else "supergroup", title, forum)
        chat.bot_status = "administrator" if admin else "member"
        self._world.chats[chat.id] = chat
        return chat

    def channel(self, title: str) -> Chat:
        """Return a new channel, in which the bot is not."""
        self._groups += 1
        chat = Chat(_SUPERGROUP - 1000 - self._groups, "channel", title, bot_status="left")
        return self._world.chats.setdefault(chat.id, chat)

    def publish(self, channel: Chat, group: Chat, text: str) -> Message:
        """Show a channel's post in its discussion group, where people comment on it by replying."""
        return self._membership.forward_post(channel, group, text)

    def topic(self, chat: Chat, title: str, by: Person | None = None) -> int:
        """Create a topic, made by the bot if not *by* a person, and return its id."""
        return self._membership.create_topic(chat, by.user if by else self.bot, title)

    def add_bot(self, chat: Chat, by: Person) -> None:
        self._membership.add_bot(chat, by.user)

    def remove_bot(self, chat: Chat, by: Person) -> None:
        self._membership.set_status(chat, by.user, "kicked")

    def restrict_bot(self, chat: Chat, by: Person) -> None:
        """Let the bot be in a supergroup without writing there."""
        self._membership.set_status(chat, by.user, "restricted")

    def promote_bot(self, chat: Chat, by: Person) -> None:
        self._membership.set_status(chat, by.user, "administrator")

    def promote(self, chat: Chat, person: Person) -> None:
        """Make a person an administrator of a group."""
        chat.members[person.user.id] = "administrator"

    def migrate(self, chat: Chat, by: Person) -> Chat:
        """Turn a basic group into a supergroup and return that; the old id refuses with `migrate_to_chat_id`."""
        return self._membership.migrate(chat, by.user, _SUPERGROUP + chat.id)

    @property
    def privacy(self) -> bool:
        """Privacy mode, on unless set otherwise: in groups the bot gets commands and replies to it only."""
        return self._account.privacy

    @privacy.setter
    def privacy(self, on: bool) -> None:
        self._account.privacy = on

    @property
    def mentions_pass_privacy(self) -> bool:
        """Whether a mention reaches the bot in privacy mode too; the documentation does not say so: off."""
        return self._membership.mentions_pass_privacy

    @mentions_pass_privacy.setter
    def mentions_pass_privacy(self, on: bool) -> None:
        self._membership.mentions_pass_privacy = on

    def messages(self, chat_id: int) -> list[Message]:
        """Return what is on the screen of a chat, in order, without service messages."""
        chat = self._world.chats[chat_id]
        return [chat.messages[key] for key in sorted(chat.messages) if chat.messages[key].kind != "service"]

    def texts(self, chat_id: int) -> list[str]:
        """Return the texts and captions of the bot on the screen of a chat, in order."""
        return [message.text for message in self.messages(chat_id) if message.sender is self.bot]

    def file(self, message: Message) -> StoredFile:
        """Return the file that a message bears, a picture in its largest size; raises LookupError."""
        attachment: Any = message.attachment[message.kind]
        return self._files.sent((attachment[-1] if message.kind == "photo" else attachment)["file_id"])

    def file_of(self, file_id: str) -> StoredFile:
        """Return a file by its id; raises LookupError."""
        return self._files.sent(file_id)

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        return self._world.revision

    def draft(self, chat_id: int, topic: int | None = None) -> str | None:
        """Return the draft that is shown now: for 30 seconds, or until the bot sends a message there."""
        shown = self.shown_draft(chat_id, topic)
        return shown.content.text if shown else None

    def shown_draft(self, chat_id: int, topic: int | None = None) -> Draft | None:
        """Return the draft that is shown now, with its formatting."""
        return self._world.shown_draft(self._world.chats[chat_id], topic)

    @property
    def rich_support(self) -> RichSupport:
        """What the server knows of rich messages, and refuses; set its fields."""
        return self._drafts.rich_support

    def timeline(self, chat_id: int) -> list[Event]:
        """Return what the users of a chat saw, in order."""
        return [event for event in self._world.timeline if event.chat_id == chat_id]

    def commands(self, scope: str = "default", language_code: str = "") -> dict[str, str]:
        """Return the menu of commands of a scope type: command -> description."""
        return self._account.commands(scope, language_code)

    @property
    def violations(self) -> list[str]:
        """Every departure from the published description so far."""
        return self._server.violations

    @property
    def calls(self) -> list[Received]:
        """Every call that was answered, in order of the answers."""
        return self._server.calls

    @property
    def floods(self) -> int:
        """How many calls flood control refused."""
        return self._flood.refused

    def get_usage(self, chat_id: int) -> tuple[int, int]:
        """Return how many messages of a chat count against its limit now, and that limit."""
        return self._flood.get_usage(chat_id)

    @property
    def conflicts(self) -> int:
        """How many polls were refused with 409."""
        return self._updates.conflicts

    @property
    def polling(self) -> bool:
        """Whether a poll waits for updates now."""
        return self._updates.polling

    @property
    def webhook(self) -> str:
        """The URL that setWebhook was given, "" for none."""
        return self._updates.webhook.url

    @property
    def delivery(self) -> Delivery:
        """How updates get to the webhook; set its `backends`, the replicas behind the public URL."""
        return self._updates.delivery

    @property
    def unconfirmed(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._updates.pending)

    @property
    def limits(self) -> Limits:
        """The flood limits; set their fields, or `limits.enabled = False`."""
        return self._flood.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._flood.limits = limits

    @property
    def web(self) -> dict[str, bytes]:
        """What Telegram finds at the URLs of files it is told to fetch."""
        return self._files.web

    def keep_files_in(self, folder: str) -> None:
        """Name files by absolute paths below *folder*, as a Bot API server of one's own does with `--local`."""
        self._files.folder = folder

    @property
    def presses(self) -> list[Press]:
        """Every press of a button, oldest first."""
        return list(self._services.presses.values())

    @property
    def routes(self) -> frozenset[str]:
        """The methods that are answered."""
        return self._server.routes

    async def wait_for(self, predicate: Callable[[], _T], timeout: float = 60.0) -> _T:  # noqa: ASYNC109 - tests name it
        """Return the first true value of *predicate*, asked after each change; raises TimeoutError."""
        return await self._world.wait_for(predicate, timeout)
