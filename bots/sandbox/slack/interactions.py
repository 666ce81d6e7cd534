"""Sends slash commands, presses, searches, shortcuts and submissions to the app."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from .blocks.find_buttons import action_of, list_of, with_options
from .blocks.validation import faults_of_options
from .call import Json
from .data_types import Channel, Message, Person
from .response_urls import ResponseUrls
from .socket_mode import SocketMode
from .views import TROUBLE, Views
from .workspace_state import Workspace


@dataclass(frozen=True, slots=True)
class Interaction:
    """A command, press or submission on its way to the app."""

    envelope_id: str
    trigger_id: str
    response_url: str
    payload: Json


class Interactions:
    """Sends what people do with the app's commands, buttons and modals over Socket Mode."""

    def __init__(self, workspace: Workspace, socket: SocketMode, views: Views, urls: ResponseUrls) -> None:
        self._workspace = workspace
        self._socket = socket
        self._views = views
        self._urls = urls
        self._offered: dict[tuple[str, str], list[Json]] = {}

    def command(self, person: Person, command: str, text: str, channel: Channel) -> Interaction:
        """Send a slash command; it carries no thread, since Slack refuses commands in threads."""
        payload: Json = {"token": "deprecated", "api_app_id": self._workspace.app_id, "command": command, "text": text}
        payload |= {"is_enterprise_install": str(self._workspace.is_enterprise_install).lower()}
        payload |= {"enterprise_id": self._workspace.enterprise_id} if self._workspace.organisation else {}
        payload |= {"user_id": person.id, "user_name": person.name.lower(), "team_domain": "sim"}
        payload |= {"team_id": person.team or self._workspace.team_id, "channel_id": channel.id}
        payload["channel_name"] = "directmessage" if channel.kind == "im" else channel.name
        payload |= {"trigger_id": self._views.trigger(person.id), "response_url": self._urls.issue(channel, person)}
        envelope = self._socket.send(
            "slash_commands", payload, lambda reply: self._urls.answer_ack(channel, person, reply)
        )
        return Interaction(envelope, payload["trigger_id"], payload["response_url"], payload)

    def press(
        self, person: Person, message: Message, action_id: str | None, value: str | None, option: str | None
    ) -> Interaction:
        action = self._act(message.ts, message.blocks, action_id, value, option)
        channel = self._workspace.channels[message.channel]
        payload = (
            self._make_app()
            | self._make_user(person)
            | self._make_container(message, channel)
            | {"type": "block_actions"}
        )
        payload |= {"actions": [action], "state": {"values": {}}}
        payload |= {"response_url": self._urls.issue(channel, person, message)}
        return self._interact(person, payload)

    async def search(self, person: Person, message: Message, action_id: str, typed: str) -> list[Json]:
        """Ask the app for the options of a list (Slack: within 3 seconds, at most 100); they can be pressed then.

        Raises LookupError when there is no such list, or when nothing comes that Slack would show.
        """
        place = self._make_container(message, self._workspace.channels[message.channel])
        return await self._search(person, message.ts, message.blocks, place, action_id, typed)

    async def search_in_view(self, person: Person, view: Json, action_id: str, typed: str) -> list[Json]:
        """Ask for the options of a list in a modal or on the Home tab, like `search`."""
        return await self._search(person, view["id"], view["blocks"], _make_view_place(view), action_id, typed)

    async def _search(
        self, person: Person, place_id: str, blocks: list[Json], place: Json, action_id: str, typed: str
    ) -> list[Json]:
        element, block = list_of(blocks, action_id)
        if len(typed) < element.get("min_query_length", 3):
            raise LookupError("too few characters for the app to be asked")
        payload = self._make_app() | self._make_user(person) | place | {"type": "block_suggestion"}
        payload |= {"action_id": action_id, "block_id": block.get("block_id", ""), "value": typed}
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._socket.send("interactive", payload, answer.set_result)
        try:
            async with asyncio.timeout(self._socket.ack_within):
                reply = await answer
        except TimeoutError:
            raise LookupError("the app did not answer in time") from None
        faults = faults_of_options(reply)
        if faults:
            raise LookupError(*faults)
        groups = cast("list[Any]", reply.get("option_groups") or [reply])
        options = [option for group in groups for option in group["options"]]
        self._offered[place_id, action_id] = options
        return options

    def shortcut(self, person: Person, message: Message, callback_id: str) -> Interaction:
        """Use a shortcut of the app on a message; Slack offers them in every channel, with the bot or without."""
        channel = self._workspace.channels[message.channel]
        payload = self._make_app() | self._make_user(person) | {"type": "message_action", "callback_id": callback_id}
        payload |= {
            "action_ts": self._workspace.new_ts(),
            "message_ts": message.ts,
            "message": self._make_message(message),
        }
        payload |= {"channel": {"id": channel.id, "name": channel.name or "directmessage"}}
        payload |= {"response_url": self._urls.issue(channel, person)}
        return self._interact(person, payload)

    def submit(self, person: Person, view_id: str, values: Json) -> Interaction:
        """Submit an open modal with the `values` of its `state`; the acknowledgement says what becomes of it."""
        view = self._views.modals[view_id] | {"state": {"values": values}}
        payload = self._make_app() | self._make_user(person) | {"type": "view_submission", "view": view}
        payload["trigger_id"] = self._views.trigger(person.id, view_id)
        envelope = self._socket.send(
            "interactive",
            payload,
            lambda reply: self._views.take_acknowledgement(view_id, reply),
            lambda: self._views.note_errors(view_id, {"": TROUBLE}),
        )
        return Interaction(envelope, payload["trigger_id"], "", payload)

    def press_in_view(
        self, person: Person, view: Json, action_id: str | None, value: str | None, option: str | None = None
    ) -> Interaction:
        """Press in a modal or on the Home tab; there is no channel and no response URL."""
        action = self._act(view["id"], view["blocks"], action_id, value, option)
        payload = self._make_app() | self._make_user(person) | _make_view_place(view)
        return self._interact(person, payload | {"type": "block_actions", "actions": [action]}, view["id"])

    def _act(
        self, place_id: str, blocks: list[Json], action_id: str | None, value: str | None, option: str | None
    ) -> Json:
        """Return the action of a press, also of an option that the app has offered."""
        offered = {name: options for (place, name), options in self._offered.items() if place == place_id}
        action = action_of(with_options(blocks, offered), action_id, value, option)
        return action | {"action_ts": self._workspace.new_ts()}

    def _interact(self, person: Person, payload: Json, view_id: str = "") -> Interaction:
        payload["trigger_id"] = self._views.trigger(person.id, view_id)
        envelope = self._socket.send("interactive", payload)
        return Interaction(envelope, payload["trigger_id"], payload.get("response_url", ""), payload)

    def _make_container(self, message: Message, channel: Channel) -> Json:
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
        container |= {"is_ephemeral": message.visible_to is not None}
        container |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
        place: Json = {"container": container, "channel": {"id": channel.id, "name": channel.name or "directmessage"}}
        return place if message.visible_to else place | {"message": self._make_message(message)}

    def _make_message(self, message: Message) -> Json:
        """Return a message as interactions carry it; the parent of a thread names the thread, too."""
        answer = message.as_json(self._workspace.team_id)
        replied = len(self._workspace.thread(message.channel, message.ts)) > 1
        return answer | ({"thread_ts": message.ts} if replied else {})

    def _make_app(self) -> Json:
        organisation = self._workspace.organisation
        named = {"id": organisation.id, "name": organisation.name} if organisation else None
        return {"token": "deprecated", "api_app_id": self._workspace.app_id, "enterprise": named}

    def _make_user(self, person: Person) -> Json:
        """Name the user and the team; Slack leaves the team out where the organisation has installed the app."""
        name, team = person.name.lower(), person.team or self._workspace.team_id
        by_organisation = self._workspace.is_enterprise_install
        user = {"id": person.id, "username": name, "name": name, "team_id": team}
        place = None if by_organisation else {"id": team, "domain": "sim"}
        return {"user": user, "team": place, "is_enterprise_install": by_organisation}


def _make_view_place(view: Json) -> Json:
    return {"view": view, "container": {"type": "view", "view_id": view["id"]}}
