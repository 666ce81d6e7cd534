"""The actions of people in the workspace: write, upload, press, stop."""

from collections.abc import Sequence
from dataclasses import dataclass

from .blocks.text import as_mrkdwn, as_rich_text
from .call import Json
from .data_types import Channel, Message, Person, SlackFile, StreamState
from .events import Announcer
from .interactions import Interaction, Interactions
from .methods.streams import Streams
from .modal_form import ModalForm
from .views import Views
from .workspace_state import Workspace

SLACKBOT = "USLACKBOT"
PIECE = 4000
"""Characters of a message that Slack has cut out of a longer one."""


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the simulator that people act upon."""

    workspace: Workspace
    announcer: Announcer
    streams: Streams
    interactions: Interactions
    views: Views


class SlackUser:
    """A person at a Slack client. What they do reaches the app over Socket Mode, as from Slack."""

    def __init__(self, services: Services, person: Person) -> None:
        self.person = person
        self._services = services
        self._workspace = services.workspace

    @property
    def id(self) -> str:
        return self.person.id

    async def say(
        self,
        channel: Channel,
        text: str,
        *,
        thread_ts: str | None = None,
        files: Sequence[SlackFile] = (),
        attachments: Sequence[Json] = (),
    ) -> Message:
        """Post a message as typed (`<@U…>` mentions); with files it is a `file_share`."""
        message = self._make_message(channel, text, thread_ts)
        message.blocks = as_rich_text(text) if text else []
        message.files, message.attachments = [*files], [*attachments]
        message.subtype = "file_share" if files else None
        return self._post(message)

    async def paste(self, channel: Channel, text: str, *, thread_ts: str | None = None) -> list[Message]:
        """Post a text of any length; what has more than 4,000 characters Slack posts as several messages at once.

        Nowhere documented; reported in slack-go/slack#972 and StackStorm/hubot-stackstorm#111.
        """
        pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
        return [await self.say(channel, piece, thread_ts=thread_ts) for piece in pieces]

    async def forward(
        self, original: Message, channel: Channel, comment: str = "", *, thread_ts: str | None = None
    ) -> Message:
        """Forward a message as an attachment, with a comment as the text, or without text."""
        author = self._workspace.people.get(original.user)
        name = author.name if author else original.username or ""
        shared: Json = {"is_share": True, "is_msg_unfurl": True, "ts": original.ts, "channel_id": original.channel}
        shared |= {"author_id": original.user, "author_name": name, "author_subname": name}
        shared |= {"text": original.text, "fallback": f"[{original.ts}] {name}: {original.text}"}
        shared["message_blocks"] = [
            {"team": self._workspace.team_id, "channel": original.channel, "ts": original.ts}
            | {"message": {"blocks": original.blocks}}
        ]
        shared |= {"files": [file.in_message() for file in original.files], "footer": "Posted in Slack"}
        return await self.say(channel, comment, thread_ts=thread_ts, attachments=[shared])

    async def paste_table(
        self, channel: Channel, text: str, rows: Sequence[Sequence[str]], *, thread_ts: str | None = None
    ) -> Message:
        """Paste cells from a spreadsheet; Slack puts them into an attachment of the message."""
        cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]
        table: Json = {"fallback": "[no preview available]", "blocks": [{"type": "table", "rows": cells}]}
        return await self.say(channel, text, thread_ts=thread_ts, attachments=[table])

    async def narrate(self, channel: Channel, text: str, *, thread_ts: str | None = None) -> Message:
        """Use `/me`: a message with a subtype and without blocks."""
        message = self._make_message(channel, text, thread_ts)
        message.subtype = "me_message"
        return self._post(message)

    async def mention(self, channel: Channel, text: str, *, thread_ts: str | None = None) -> Message:
        """Post a message that begins with a mention of the app."""
        return await self.say(channel, f"<@{self._workspace.bot.id}> {text}", thread_ts=thread_ts)

    def file(self, name: str, content: bytes, *, mimetype: str = "", subtype: str = "") -> SlackFile:
        """Upload a file for `say(files=…)`; a voice clip has the subtype `slack_audio`."""
        file = self._workspace.add_file(name, self.id, content=content, mimetype=mimetype)
        file.subtype, file.completed, file.processed = subtype, True, True
        return file

    async def edit(self, message: Message, text: str) -> None:
        before = message.as_json(self._workspace.team_id)
        message.history.append(message.shown)
        message.text, message.blocks = as_mrkdwn(text), as_rich_text(text)
        self._workspace.seen(message, "updated")
        self._services.announcer.announce_edit(message, before)

    async def delete(self, message: Message) -> None:
        """Delete a message; Slack leaves a tombstone for one with replies, and sends that as an edit."""
        if len(self._workspace.thread(message.channel, message.ts)) > 1:
            self._leave_tombstone(message)
            return
        message.deleted = True
        self._workspace.seen(message, "deleted")
        self._services.announcer.announce_deletion(message)

    def _leave_tombstone(self, message: Message) -> None:
        before = message.as_json(self._workspace.team_id)
        message.history.append(message.shown)
        message.subtype, message.user, message.text = "tombstone", SLACKBOT, "This message was deleted."
        message.blocks, message.files, message.attachments = [], [], []
        self._workspace.seen(message, "deleted")
        self._services.announcer.announce_edit(message, before)

    def _make_message(self, channel: Channel, text: str, thread_ts: str | None) -> Message:
        channel.members.add(self.id)
        message = Message(channel.id, self._workspace.new_ts(), self.id, as_mrkdwn(text), thread_ts=thread_ts)
        message.client_msg_id, message.user_team = f"client-{message.ts}", self.person.team
        return message

    def _post(self, message: Message) -> Message:
        self._workspace.add(message)
        self._services.announcer.announce_message(message)
        return message

    async def react(self, message: Message, name: str) -> None:
        message.reactions.setdefault(name, []).append(self.id)
        self._workspace.seen(message, "reacted")
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        event: Json = {"type": "reaction_added", "user": self.id, "reaction": name, "item": item}
        event |= {"item_user": message.user, "event_ts": self._workspace.new_ts()}
        self._services.announcer.send_event(event, "reaction_added")

    async def command(self, command: str, text: str, channel: Channel) -> Interaction:
        """Send a slash command."""
        return self._services.interactions.command(self.person, command, text, channel)

    async def press(
        self, message: Message, action_id: str | None = None, value: str | None = None, *, option: str | None = None
    ) -> Interaction:
        """Press the button with this action id or value, or choose the *option* with this value from a menu.

        Raises LookupError when the message shows no such element.
        """
        return self._services.interactions.press(self.person, message, action_id, value, option)

    async def search(self, message: Message, action_id: str, typed: str = "") -> list[Json]:
        """Open the list with this action id, type into it, and return the options that the app offers.

        Raises LookupError when the message shows no such list, or when the app offers nothing that Slack would show.
        """
        return await self._services.interactions.search(self.person, message, action_id, typed)

    async def shortcut(self, message: Message, callback_id: str) -> Interaction:
        """Use one of the app's shortcuts, which stands in a message's own menu."""
        return self._services.interactions.shortcut(self.person, message, callback_id)

    async def press_in_view(
        self, view: Json, action_id: str | None = None, value: str | None = None, *, option: str | None = None
    ) -> Interaction:
        """Press in an open modal or on the Home tab (`sim.views`), or choose from a menu there, like `press`."""
        return self._services.interactions.press_in_view(self.person, view, action_id, value, option)

    async def search_in_view(self, view: Json, action_id: str, typed: str = "") -> list[Json]:
        """Open a list in a modal or on the Home tab and type into it, like `search`."""
        return await self._services.interactions.search_in_view(self.person, view, action_id, typed)

    async def submit(self, view_id: str, values: Json) -> Interaction:
        """Submit an open modal with the `values` of its `state`, without the checks of a client."""
        return self._services.interactions.submit(self.person, view_id, values)

    @property
    def modal(self) -> ModalForm | None:
        """The modal that this person sees."""
        views = self._services.views
        view = views.top(self.id)
        return ModalForm(views, self._services.interactions, self.person, view["id"]) if view else None

    async def stop(self, channel: Channel, thread_ts: str) -> list[Message]:
        """Click the stop button of a thread; return the messages whose streams it stopped.

        Raises LookupError where the app is no agent: there is no such button.
        """
        if not self._workspace.rules.agent_sessions:
            raise LookupError("only agents have a stop button")
        live = self._services.streams.live(channel.id, thread_ts)
        for message in live:
            if message.stream:
                message.stream.state = StreamState.STOPPED
        event: Json = {"type": "agent_session_stopped", "channel": channel.id, "thread_ts": thread_ts, "user": self.id}
        event |= {"event_ts": self._workspace.new_ts(), "streaming_message_ts": [one.ts for one in live]}
        self._workspace.changed()
        self._services.announcer.send_event(event, "agent_session_stopped")
        return live

    async def open_app(self, tab: str = "messages") -> None:
        """Open the app's conversation (`messages`) or its Home tab (`home`). Raises LookupError if it has none."""
        if tab == "home" and not self._workspace.rules.home_tab:
            raise LookupError("the app has no Home tab")
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": self._workspace.im(self.id).id}
        event |= {"tab": tab, "event_ts": self._workspace.new_ts()}
        event |= {"view": self.home} if tab == "home" and self.home else {}
        self._services.announcer.send_event(event, "app_home_opened")

    @property
    def home(self) -> Json | None:
        """The Home tab as it was published for this person; Slack says that work is in progress where there is none."""
        return self._services.views.homes.get(self.id)

    def sees(self, channel: Channel) -> list[Message]:
        """Return what this person reads in a channel, their own ephemeral messages included."""
        found = (one for one in self._workspace.messages if one.channel == channel.id and not one.deleted)
        return [one for one in found if one.visible_to in {None, self.id}]
