"""Slash commands, presses and submissions: what the app gets besides events, and may answer at once."""

from dataclasses import dataclass

from .slack_call import Json
from .slack_elements import action_of
from .slack_socket import SocketMode
from .slack_state import Channel, Message, Person
from .slack_views import ResponseUrls, Views
from .slack_workspace import Workspace


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

    def command(self, person: Person, command: str, text: str, channel: Channel) -> Interaction:
        """Send a slash command; it carries no thread, since Slack refuses commands in threads."""
        payload = self._app() | {"command": command, "text": text, "is_enterprise_install": "false"}
        payload |= {"user_id": person.id, "user_name": person.name.lower(), "team_domain": "sim"}
        payload |= {"team_id": self._workspace.team_id, "channel_id": channel.id}
        payload["channel_name"] = "directmessage" if channel.kind == "im" else channel.name
        payload |= {"trigger_id": self._views.trigger(person.id), "response_url": self._urls.issue(channel, person)}
        envelope = self._socket.send(
            "slash_commands", payload, lambda reply: self._urls.answer_ack(channel, person, reply)
        )
        return Interaction(envelope, payload["trigger_id"], payload["response_url"], payload)

    def press(
        self, person: Person, message: Message, action_id: str | None, value: str | None, option: str | None
    ) -> Interaction:
        action = action_of(message.blocks, action_id, value, option) | {"action_ts": self._workspace.new_ts()}
        channel = self._workspace.channels[message.channel]
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
        container |= {"is_ephemeral": message.visible_to is not None}
        container |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
        payload = self._app() | self._who(person) | {"type": "block_actions", "container": container}
        payload |= {"actions": [action], "channel": {"id": channel.id, "name": channel.name or "directmessage"}}
        payload |= {"message": message.as_json(self._workspace.team_id), "state": {"values": {}}}
        payload |= {"response_url": self._urls.issue(channel, person, message)}
        return self._interact(person, payload)

    def submit(self, person: Person, view_id: str, values: Json) -> Interaction:
        """Submit an open modal with the `values` of its `state`."""
        view = self._views.modals[view_id] | {"state": {"values": values}}
        payload = self._app() | self._who(person) | {"type": "view_submission", "view": view}
        return self._interact(person, payload)

    def press_in_view(self, person: Person, view: Json, action_id: str | None, value: str | None) -> Interaction:
        """Press a button of a modal or of the Home tab; there is no channel and no response URL."""
        action = action_of(view["blocks"], action_id, value, None) | {"action_ts": self._workspace.new_ts()}
        payload = self._app() | self._who(person) | {"type": "block_actions", "view": view, "actions": [action]}
        return self._interact(person, payload | {"container": {"type": "view", "view_id": view["id"]}})

    def _interact(self, person: Person, payload: Json) -> Interaction:
        payload["trigger_id"] = self._views.trigger(person.id)
        envelope = self._socket.send("interactive", payload)
        return Interaction(envelope, payload["trigger_id"], payload.get("response_url", ""), payload)

    def _app(self) -> Json:
        return {"token": "deprecated", "api_app_id": self._workspace.app_id, "enterprise": None}

    def _who(self, person: Person) -> Json:
        name, team = person.name.lower(), self._workspace.team_id
        user = {"id": person.id, "username": name, "name": name, "team_id": team}
        return {"user": user, "team": {"id": team, "domain": "sim"}, "is_enterprise_install": False}
