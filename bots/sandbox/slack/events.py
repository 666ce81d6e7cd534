"""Events: what the app is told about the workspace, in the form of the Events API."""

import time
from collections.abc import Callable

from .call import Json
from .socket_mode import SocketMode
from .state import Channel, Message
from .workspace import Workspace

_SUBSCRIPTION_OF = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
_JOINED = "member_joined_channel"
_JOINED_SCOPES = {"channel": "channels:read", "group": "groups:read"}
DEFAULT_SUBSCRIPTIONS = frozenset({*_SUBSCRIPTION_OF.values(), _JOINED})
"""Those of the app's manifest (a test compares them): whatever else the app may use, it must do without."""
_NOT_IN_MENTIONS = frozenset({"files", "subtype"})
"""Slack may leave them out of an `app_mention`; the `message` beside it has them."""


class Announcer:
    """Sends the events that the app subscribes to; *subscriptions* may be changed at any time."""

    def __init__(self, workspace: Workspace, socket: SocketMode) -> None:
        self.subscriptions = set(DEFAULT_SUBSCRIPTIONS)
        self._workspace = workspace
        self._socket = socket

    def posted(self, message: Message) -> list[str]:
        """Tell of a new message, a mention as two events of their own ids; return the envelope ids."""
        channel = self._workspace.channels[message.channel]
        said = message.bot_id is None and message.subtype != "channel_join"
        mentioned = said and f"<@{self._workspace.bot.id}>" in message.text
        tellings = [lambda: self._message(channel, message)]
        if mentioned and channel.kind != "im":
            tellings.append(lambda: self._mention(message))
        if self._workspace.rules.mention_first:
            tellings.reverse()
        return self._tell(tellings)

    def changed(self, message: Message, before: Json) -> None:
        """Tell that a message was edited; edits of the app's own messages come back to it as well."""
        after = message.as_json(self._workspace.team_id)
        self._hidden(message, {"subtype": "message_changed", "message": after, "previous_message": before})

    def deleted(self, message: Message) -> None:
        """Tell that a message is gone."""
        before = message.as_json(self._workspace.team_id)
        self._hidden(message, {"subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": before})

    def joined(self, channel: Channel, user: str, inviter: str = "") -> None:
        """Tell that a person or the app has come into a channel, which takes a scope for its kind."""
        ts = self._workspace.new_ts()
        message = Message(channel.id, ts, user, f"<@{user}> has joined the channel", subtype="channel_join")
        self.posted(self._workspace.add(message))
        if channel.bot_member and _JOINED_SCOPES.get(channel.kind, "") in self._workspace.scopes:
            event: Json = {"type": _JOINED, "user": user, "channel": channel.id, "channel_type": "C", "event_ts": ts}
            event |= {"team": self._workspace.team_id} | ({"inviter": inviter} if inviter else {})
            self.event(event, _JOINED)

    def event(self, event: Json, subscription: str) -> str:
        """Send one event if the app subscribes to it; return the envelope id, "" when it does not.

        Slack Connect: the `team_id` is that of whoever acted, the rest tells of the installation.
        """
        if subscription not in self.subscriptions:
            return ""
        team = self._workspace.team_id
        acted = event.get("user") or event.get("previous_message", {}).get("user")
        theirs = self._workspace.people[acted].team if acted in self._workspace.people else ""
        authorization: Json = {"enterprise_id": None, "team_id": team, "user_id": self._workspace.bot.id}
        authorization |= {"is_bot": True, "is_enterprise_install": False}
        payload: Json = {"type": "event_callback", "token": "deprecated", "team_id": theirs or team}
        payload |= {"context_team_id": team}
        payload |= {"context_enterprise_id": None, "api_app_id": self._workspace.app_id, "event": event}
        payload |= {"event_id": self._workspace.new_id("Ev"), "event_time": int(time.time())}
        payload |= {"authorizations": [authorization], "is_ext_shared_channel": bool(theirs)}
        return self._socket.send("events_api", payload)

    def _tell(self, tellings: list[Callable[[], str]]) -> list[str]:
        return [envelope for telling in tellings if (envelope := telling())]

    def _message(self, channel: Channel, message: Message) -> str:
        if not channel.bot_member:
            return ""
        event = self._event_of(message) | {"channel_type": channel.kind}
        return self.event(event, _SUBSCRIPTION_OF[channel.kind])

    def _mention(self, message: Message) -> str:
        if not self._workspace.channels[message.channel].bot_member:
            return ""
        event = {name: value for name, value in self._event_of(message).items() if name not in _NOT_IN_MENTIONS}
        return self.event(event | {"type": "app_mention"}, "app_mention")

    def _event_of(self, message: Message) -> Json:
        event = message.as_json(self._workspace.team_id)
        event |= {"channel": message.channel, "event_ts": message.ts}
        if message.thread_ts and message.thread_ts != message.ts:
            thread = self._workspace.thread(message.channel, message.thread_ts)
            event["parent_user_id"] = next((one.user for one in thread if one.ts == message.thread_ts), "")
        return event

    def _hidden(self, message: Message, event: Json) -> None:
        channel = self._workspace.channels[message.channel]
        ts = self._workspace.new_ts()
        event |= {"type": "message", "hidden": True, "channel": channel.id, "ts": ts, "event_ts": ts}
        if channel.bot_member:
            self.event(event | {"channel_type": channel.kind}, _SUBSCRIPTION_OF[channel.kind])
