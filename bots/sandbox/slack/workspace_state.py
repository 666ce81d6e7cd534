"""The state of a simulated workspace, and look-ups in it."""

import mimetypes
import time
from collections.abc import Callable

from .app_state import AppState, Organisation
from .call import Json, RefusalError
from .data_types import Channel, ChannelKind, Message, Person, Sight, SlackFile, Status, Stream, StreamState
from .lifetimes_and_limits import Rules

_IMAGE_TYPES = frozenset({"image/gif", "image/jpeg", "image/png"})


class Workspace:
    """One team, where the app may be installed; everything that happened in it is kept."""

    def __init__(
        self,
        *,
        name: str = "Sim",
        bot_name: str,
        rules: Rules,
        clock: Callable[[], float],
        app: AppState,
        organisation: Organisation | None = None,
    ) -> None:
        self.name = name
        self.rules = rules
        self.clock = clock
        self.app = app
        self.organisation = organisation
        self.installed = False
        """The app is installed here, not by the organisation."""
        self.scopes: set[str] = set()
        """What the bot token was granted."""
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, SlackFile] = organisation.files if organisation else {}
        self.messages: list[Message] = []
        self.sights: list[Sight] = []
        self.statuses: list[Status] = []
        self.sessions: dict[tuple[str, str], str] = {}
        """The states of an agent's threads, by channel and thread."""
        self._last_ts = 0
        self.team_id = self.new_id("T")
        app.app_id = app.app_id or self.new_id("A")
        self.bot_id = organisation.bot_id if organisation else self.new_id("B")
        self.bot = organisation.bot if organisation else self.add_person(bot_name, "en-US", is_bot=True)
        self.people[self.bot.id] = self.bot

    @property
    def app_id(self) -> str:
        return self.app.app_id

    @property
    def base_url(self) -> str:
        return self.app.base_url

    @property
    def violations(self) -> list[str]:
        return self.app.violations

    @property
    def enterprise_id(self) -> str | None:
        """The id of the organisation, None for a workspace of its own."""
        return self.organisation.id if self.organisation else None

    @property
    def is_enterprise_install(self) -> bool:
        """Whether it is the organisation that has installed the app."""
        return bool(self.organisation and self.organisation.installed)

    @property
    def has_app(self) -> bool:
        return self.installed or self.is_enterprise_install

    def new_id(self, prefix: str) -> str:
        return self.app.new_id(prefix)

    def new_ts(self) -> str:
        """Return the wall clock as Slack writes it, unique and increasing."""
        self._last_ts = max(self._last_ts + 1, time.time_ns() // 1000)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_person(self, name: str, locale: str, *, is_bot: bool = False, id: str = "") -> Person:  # noqa: A002 - as Slack calls it
        person = Person(id or self.new_id("U"), name, locale, is_bot=is_bot)
        self.people[person.id] = person
        return person

    def add_channel(self, name: str, kind: ChannelKind, members: set[str], *, bot_member: bool = True) -> Channel:
        channel = Channel(self.new_id("D" if kind == "im" else "C"), name, kind, bot_member=bot_member, members=members)
        self.channels[channel.id] = channel
        return channel

    def im(self, user: str) -> Channel:
        """Return the direct conversation of a user and the app, opened when there is none."""
        known = (one for one in self.channels.values() if one.kind == "im" and one.members == {user})
        return next(known, None) or self.add_channel("", "im", {user})

    def add_file(self, name: str, user: str, *, content: bytes | None = None, mimetype: str = "") -> SlackFile:
        file = SlackFile(self.new_id("F"), name, user, content=content)
        file.mimetype = mimetype or mimetypes.guess_type(name)[0] or file.mimetype
        file.url = f"{self.base_url}/files-pri/{self.team_id}-{file.id}/{name}"
        self.files[file.id] = file
        return file

    def check_images(self, blocks: list[Json]) -> None:
        """Refuse image blocks with files that Slack would not show (`invalid_blocks`).

        Slack: an image block has an `image_url` or a `slack_file`; the latter is a PNG, JPEG or GIF by its id. Right
        after the upload Slack does not know yet that it is one (slackapi/java-slack-sdk#1335).
        """
        for index, block in enumerate(blocks):
            if block["type"] == "image" and not self._can_show_image(block):
                raise RefusalError("invalid_blocks", f"invalid slack file [json-pointer:/blocks/{index}/slack_file]")

    def _can_show_image(self, image: Json) -> bool:
        if ("slack_file" in image) == ("image_url" in image):
            return False
        found = self.files.get(str(image.get("slack_file", {}).get("id", "")))
        return "image_url" in image or (found is not None and found.processed and found.mimetype in _IMAGE_TYPES)

    def add(self, message: Message, what: str = "posted") -> Message:
        self.messages.append(message)
        self.seen(message, what)
        return message

    def seen(self, message: Message, what: str) -> None:
        """Note a change of a message for the timeline and wake whoever waits for it."""
        at = self.clock()
        self.sights.append(Sight(at, message.channel, message.root, message.ts, what, message.shown))
        self.changed()

    def violation(self, what: str) -> None:
        """Record an undocumented value that Slack tolerates."""
        self.violations.append(what)
        self.changed()

    def changed(self) -> None:
        """Wake whoever waits for a change."""
        self.app.changed()

    def channel(self, channel_id: str) -> Channel:
        """Return a channel that the app can see; private ones are unknown to strangers (`channel_not_found`)."""
        found = self.channels.get(channel_id)
        if found is None or not (found.bot_member or found.kind == "channel"):
            raise RefusalError("channel_not_found")
        return found

    def find_joined_channel(self, channel_id: str) -> Channel:
        """Return a channel that the app may read (else `not_in_channel`)."""
        channel = self.channel(channel_id)
        if not channel.bot_member:
            raise RefusalError("not_in_channel")
        return channel

    def find_writable_channel(self, channel_id: str) -> Channel:
        """Return a channel that the app may post to (else `not_in_channel` or `is_archived`)."""
        channel = self.find_joined_channel(channel_id)
        if channel.archived:
            raise RefusalError("is_archived")
        return channel

    def thread(self, channel: str, root: str) -> list[Message]:
        """Return the messages of a thread, the oldest first."""
        return [one for one in self.standing(channel) if one.root == root]

    def standing(self, channel: str) -> list[Message]:
        """Return the messages of a channel that are neither deleted nor for one person only."""
        found = (one for one in self.messages if one.channel == channel)
        return [one for one in found if not one.deleted and one.visible_to is None]

    def root_of(self, channel: str, thread_ts: str | None) -> str | None:
        """Return the root of the thread where a post with this `thread_ts` lands.

        Slack: beside all threads, and without an error, when that message has been deleted.
        """
        named = next((one for one in self.messages if (one.channel, one.ts) == (channel, thread_ts)), None)
        if named is None:
            return thread_ts
        return None if named.deleted and not self.thread(channel, named.root) else named.root

    def message(self, channel: str, ts: str) -> Message:
        """Return a standing message (else `message_not_found`)."""
        found = next((one for one in self.standing(channel) if one.ts == ts), None)
        if found is None:
            raise RefusalError("message_not_found")
        return found

    def state_of(self, stream: Stream) -> StreamState:
        """Return the state of a stream now: Slack closes it when its time is over, whatever is appended."""
        if stream.state is StreamState.LIVE and self.clock() >= stream.expires:
            stream.state = StreamState.EXPIRED
        return stream.state

    def set_session(self, channel: str, thread_ts: str, state: str) -> None:
        """Change the session of a thread, which agents have; streams do so, too."""
        if self.rules.agent_sessions:
            self.sessions[channel, thread_ts] = state

    def set_status(self, channel: str, thread_ts: str, text: str, loading: tuple[str, ...] = ()) -> None:
        self.statuses.append(Status(self.clock(), channel, thread_ts, text, loading))
        self.changed()

    def status(self, channel: str, thread_ts: str) -> str:
        """Return the status line shown now; it ends by itself (Slack: after 2 minutes without an answer)."""
        mine = [one for one in self.statuses if (one.channel, one.thread_ts) == (channel, thread_ts)]
        if not mine or self.clock() - mine[-1].at > self.rules.status_lifetime:
            return ""
        return mine[-1].text

    def answered(self, channel: str, thread_ts: str | None) -> None:
        """Clear the status line of a thread, as any answer of the app does."""
        if thread_ts and self.status(channel, thread_ts):
            self.set_status(channel, thread_ts, "")
