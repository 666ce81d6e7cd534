"""Sends events about the workspace to the app, in the form of the Events API."""

import time
from collections.abc import Callable

from .call import Json
from .data_types import Channel, Message
from .socket_mode import SocketMode
from .workspace_state import Workspace

_SUBSCRIPTION_OF = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
_JOINED, _LEFT = "member_joined_channel", "member_left_channel"
_JOINED_SCOPES = {"channel": "channels:read", "group": "groups:read"}
REMOVALS = frozenset({"app_uninstalled", "tokens_revoked"})
"""What an app subscribes to that is installed in several workspaces."""
_AGENT_EVENTS = frozenset({"agent_session_stopped"})
"""Events that Slack sends to agents alone."""
DEFAULT_SUBSCRIPTIONS = frozenset({*_SUBSCRIPTION_OF.values(), _JOINED, _LEFT, "app_home_opened", *_AGENT_EVENTS})
"""The subscriptions of the app's manifest (a test compares them); the app may not rely on any others."""
_NOT_IN_MENTIONS = frozenset({"files", "subtype"})
"""Slack may leave them out of an `app_mention`; the `message` beside it has them."""


class Announcer:
    """Sends the events that the app subscribes to; *subscriptions* may be changed at any time."""

    def __init__(self, workspace: Workspace, socket: SocketMode) -> None:
        self.subscriptions = set(DEFAULT_SUBSCRIPTIONS)
        self._workspace = workspace
        self._socket = socket

    def announce_message(self, message: Message) -> list[str]:
        """Send a new message, a mention as two events with different ids; return the envelope ids."""
        channel = self._workspace.channels[message.channel]
        said = message.bot_id is None and message.subtype != "channel_join"
        mentioned = said and f"<@{self._workspace.bot.id}>" in message.text
        senders = [lambda: self._send_message(channel, message)]
        if mentioned and channel.kind != "im":
            senders.append(lambda: self._send_mention(message))
        if self._workspace.rules.mention_first:
            senders.reverse()
        return self._send_all(senders)

    def announce_edit(self, message: Message, before: Json) -> None:
        """Send the edit of a message, also of the app's own messages."""
        after = message.as_json(self._workspace.team_id)
        self._send_hidden(message, {"subtype": "message_changed", "message": after, "previous_message": before})

    def announce_deletion(self, message: Message) -> None:
        """Send the deletion of a message."""
        before = message.as_json(self._workspace.team_id)
        self._send_hidden(message, {"subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": before})

    def announce_join(self, channel: Channel, user: str, inviter: str = "") -> None:
        """Send that a person or the app has joined a channel; the app needs the scope for that kind of channel."""
        ts = self._workspace.new_ts()
        message = Message(channel.id, ts, user, f"<@{user}> has joined the channel", subtype="channel_join")
        self.announce_message(self._workspace.add(message))
        if channel.bot_member and _JOINED_SCOPES.get(channel.kind, "") in self._workspace.scopes:
            event: Json = {"type": _JOINED, "user": user, "channel": channel.id, "channel_type": "C", "event_ts": ts}
            event |= {"team": self._workspace.team_id} | ({"inviter": inviter} if inviter else {})
            self.send_event(event, _JOINED)

    def announce_removal(self, channel: Channel) -> None:
        """Tell the app that it is no member of a channel any more."""
        ts, bot = self._workspace.new_ts(), self._workspace.bot.id
        event: Json = {"type": _LEFT, "user": bot, "channel": channel.id, "channel_type": "C", "event_ts": ts}
        self.send_event(event | {"team": self._workspace.team_id}, _LEFT)

    def send_event(self, event: Json, subscription: str) -> str:
        """Send one event if the app subscribes to it; return the envelope id, "" when it does not.

        Slack Connect: the `team_id` is that of whoever acted, the rest tells of the installation.
        """
        unknown = subscription in _AGENT_EVENTS and not self._workspace.rules.agent_sessions
        if subscription not in self.subscriptions or unknown or not self._workspace.has_app:
            return ""
        return self.send_to_app(event)

    def send_to_app(self, event: Json) -> str:
        """Send one event that every app gets; return the envelope id."""
        team, organisation = self._workspace.team_id, self._workspace.enterprise_id
        acted = event.get("user") or event.get("previous_message", {}).get("user")
        theirs = self._workspace.people[acted].team if acted in self._workspace.people else ""
        authorization: Json = {"enterprise_id": organisation, "team_id": team, "user_id": self._workspace.bot.id}
        authorization |= {"is_bot": True, "is_enterprise_install": self._workspace.is_enterprise_install}
        payload: Json = {"type": "event_callback", "token": "deprecated", "team_id": theirs or team}
        payload |= {"context_team_id": team}
        payload |= {"enterprise_id": organisation} if organisation else {}
        payload |= {"context_enterprise_id": organisation, "api_app_id": self._workspace.app_id, "event": event}
        payload |= {"event_id": self._workspace.new_id("Ev"), "event_time": int(time.time())}
        payload |= {"authorizations": [authorization], "is_ext_shared_channel": bool(theirs)}
        return self._socket.send("events_api", payload)

    def _send_all(self, senders: list[Callable[[], str]]) -> list[str]:
        return [envelope for send in senders if (envelope := send())]

    def _send_message(self, channel: Channel, message: Message) -> str:
        if not channel.bot_member:
            return ""
        event = self._make_event(message) | {"channel_type": channel.kind}
        return self.send_event(event, _SUBSCRIPTION_OF[channel.kind])

    def _send_mention(self, message: Message) -> str:
        if not self._workspace.channels[message.channel].bot_member:
            return ""
        event = {name: value for name, value in self._make_event(message).items() if name not in _NOT_IN_MENTIONS}
        return self.send_event(event | {"type": "app_mention"}, "app_mention")

    def _make_event(self, message: Message) -> Json:
        event = message.as_json(self._workspace.team_id)
        event |= {"channel": message.channel, "event_ts": message.ts}
        if message.thread_ts and message.thread_ts != message.ts:
            thread = self._workspace.thread(message.channel, message.thread_ts)
            event["parent_user_id"] = next((one.user for one in thread if one.ts == message.thread_ts), "")
        return event

    def _send_hidden(self, message: Message, event: Json) -> None:
        channel = self._workspace.channels[message.channel]
        ts = self._workspace.new_ts()
        event |= {"type": "message", "hidden": True, "channel": channel.id, "ts": ts, "event_ts": ts}
        if channel.bot_member:
            self.send_event(event | {"channel_type": channel.kind}, _SUBSCRIPTION_OF[channel.kind])
