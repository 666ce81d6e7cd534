"""Events as `SocketListener` stores them, in the formats that Slack documents."""

from __future__ import annotations

import json
from typing import Any

BOT = "UBOT"
TEAM = "T1"
URL = "https://hooks.slack.com/commands/1"


def stored(kind: str, payload: dict[str, Any], bot: str = BOT) -> bytes:
    return json.dumps({"type": kind, "payload": payload, "bot": bot}).encode()


def event(**fields: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Return a stored event of the Events API; by default a message in a channel."""
    base = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "ts": "100.5", "text": "hi"}
    return stored("events_api", {"type": "event_callback", "team_id": TEAM, "event": {**base, **fields}})


def direct(**fields: Any) -> bytes:  # noqa: ANN401 - any JSON
    return event(channel="D1", channel_type="im", **fields)


def command(name: str, text: str = "", **fields: Any) -> bytes:  # noqa: ANN401 - any JSON
    base = {"team_id": TEAM, "channel_id": "C1", "user_id": "U1", "trigger_id": "9.8.x", "response_url": URL}
    return stored("slash_commands", {**base, "command": name, "text": text, **fields})


def shortcut(name: str, message: dict[str, Any], **fields: Any) -> bytes:  # noqa: ANN401 - any JSON
    base: dict[str, Any] = {
        "type": "message_action",
        "callback_id": name,
        "team": {"id": TEAM, "domain": "d"},
        "user": {"id": "U1", "team_id": TEAM},
        "channel": {"id": "C1", "name": "general"},
        "message_ts": message["ts"],
        "message": message,
        "trigger_id": "1.2.y",
        "action_ts": "8.8",
        "response_url": URL,
    }
    return stored("interactive", {**base, **fields})


def action(picked: dict[str, Any], container: dict[str, Any], **fields: Any) -> bytes:  # noqa: ANN401 - any JSON
    base: dict[str, Any] = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "d"},
        "user": {"id": "U1", "team_id": TEAM},
        "channel": {"id": container["channel_id"]},
        "trigger_id": "1.2.y",
        "response_url": URL,
    }
    return stored("interactive", {**base, "container": container, "actions": [picked], **fields})
