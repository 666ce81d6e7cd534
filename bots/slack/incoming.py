"""Reading a stored Slack event: what a user did, or nothing; pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from core.chat.message import ChatRef, Choice, Incoming, Sender

from .mrkdwn import read, unescape
from .quoting import attachments, words
from .route import Route

PLATFORM = "sl"
MENU = "menu:"
"""What the `action_id` of everything that can be picked or pressed begins with; the menu's name follows."""
BUTTON = "b"
"""What stands first behind the name when it is a button beneath something that is to stay."""

_Json = dict[str, Any]
_SUBTYPES = frozenset({"", "file_share", "thread_broadcast"})
_SYSTEM_USER = "USLACK"
_ADDRESSEE = re.compile(r"\s*<@[UW]")


def read_event(payload: bytes, bot: str) -> Incoming | None:
    """Read `{"type": ..., "payload": ..., "bot": ...}` as the ingress stored it; None: nothing to answer.

    `bot` is the bot's own user id for payloads that do not name it. A direct message belongs to one conversation,
    whatever thread it is in; elsewhere the thread is the conversation, and what begins with somebody else's name is
    between people. A mention is read from its `message` event: `app_mention`, which Slack may send beside it, before or
    after, may lack its files. A message that is edited to name the bot counts as if it had named it at once.
    """
    stored: _Json = json.loads(payload)
    body = _object(stored.get("payload"))
    match stored.get("type"):
        case "events_api":
            return _event(body, stored.get("bot") or _installed(body).get("user_id") or bot)
        case "slash_commands":
            return _command(body)
        case "interactive":
            return _shortcut(body, bot) if body.get("type") == "message_action" else _action(body, bot)
        case _:
            return None


def read_search(body: _Json) -> tuple[str, ChatRef, str, Sender] | None:
    """Read what somebody types into a menu's list: the menu's name, the chat, the words, and who; else None.

    Slack: `block_suggestion`.
    """
    place, action_id = _place(body), str(body.get("action_id") or "")
    if place is None or body.get("type") != "block_suggestion" or not action_id.startswith(MENU):
        return None
    reader = Sender(str(_object(body.get("user")).get("id") or ""))
    return _menu(action_id), place.chat, str(body.get("value") or ""), reader


def _event(body: _Json, bot: str) -> Incoming | None:
    event = _object(body.get("event"))
    team = str(body.get("team_id") or _installed(body).get("team_id") or "")
    if not team or not event.get("channel"):
        return None
    match event.get("type"):
        case "message":
            return _message(_named_later(event, bot) or event, team, bot)
        case "agent_session_stopped":
            return _stopped(event, team)
        case _:
            return None


def _message(event: _Json, team: str, bot: str) -> Incoming | None:
    user, ts = str(event.get("user") or ""), str(event.get("ts") or "")
    if not ts or event.get("bot_id") or (event.get("subtype") or "") not in _SUBTYPES or not _human(user, bot):
        return None
    direct = _direct(event["channel"], event.get("channel_type"))
    said = read(str(event.get("text") or ""), bot)
    if not (direct or said.mentioned or (event.get("thread_ts") and not _for_others(event, bot))):
        return None
    thread = str(event.get("thread_ts") or ts)
    return Incoming(
        chat=_chat(team, event["channel"], thread, direct=direct),
        event_id=f"m{ts}",
        message_id=ts,
        sender=Sender(user),
        text=said.text,
        direct=direct,
        addressed=direct or said.mentioned,
        mentioned=said.mentioned,
        thread=thread,
        command_sign=_sign(event.get("thread_ts"), direct=direct),
        attachments=attachments(event),
        reply_route=_foreign_team(event, team),
    )


def _named_later(event: _Json, bot: str) -> _Json | None:
    """The message behind an edit that names the bot where it was not named before."""
    before, after = _object(event.get("previous_message")), _object(event.get("message"))
    if not before or _names(before, bot) or not _names(after, bot):
        return None
    return after | {"channel": event["channel"], "channel_type": event.get("channel_type")}


def _names(message: _Json, bot: str) -> bool:
    return read(str(message.get("text") or ""), bot).mentioned


def _stopped(event: _Json, team: str) -> Incoming:
    thread = str(event.get("thread_ts") or "")
    direct = _direct(event["channel"])
    return Incoming(
        chat=_chat(team, event["channel"], thread, direct=direct),
        event_id=f"s{event.get('event_ts') or thread}",
        message_id=thread,
        sender=Sender(str(event.get("user") or "")),
        direct=direct,
        thread=thread,
        command_sign=_sign(thread, direct=direct),
        command="stop",
    )


def _command(body: _Json) -> Incoming | None:
    name = str(body.get("command") or "").lstrip("/").lower()
    if not name or not body.get("team_id") or not body.get("channel_id"):
        return None
    return Incoming(
        chat=ChatRef(PLATFORM, body["team_id"], body["channel_id"]),
        event_id=f"c{body.get('trigger_id', '')}",
        message_id="",
        sender=Sender(str(body.get("user_id") or "")),
        text=unescape(str(body.get("text") or "")).strip(),
        direct=_direct(body["channel_id"]),
        command=name,
        reply_route=str(body.get("response_url") or ""),
    )


def _action(body: _Json, bot: str) -> Incoming | None:
    action, place, message = _first(body.get("actions")), _place(body), _object(body.get("message"))
    chosen = _choice(action)
    if body.get("type") != "block_actions" or not (chosen and place):
        return None
    return Incoming(
        chat=place.chat,
        event_id=f"a{action.get('action_ts') or body.get('trigger_id', '')}",
        message_id=place.message,
        sender=Sender(str(_object(body.get("user")).get("id") or "")),
        direct=place.direct,
        thread=place.thread,
        command_sign=_sign(place.thread, direct=place.direct),
        choice=chosen,
        quoted=words(message, bot),
        reply_route=str(Route(str(body.get("response_url") or ""), button=_is_button(str(action.get("action_id"))))),
    )


def _shortcut(body: _Json, bot: str) -> Incoming | None:
    """Slack: a message's own actions; the answer goes into the thread that it belongs to, or begins."""
    message, place = _object(body.get("message")), _place(body)
    name, ts = str(body.get("callback_id") or ""), str(body.get("message_ts") or message.get("ts") or "")
    if place is None or not name or not ts:
        return None
    thread = place.thread or ts
    route = Route(str(body.get("response_url") or ""), shortcut=True, quiet=not place.thread)
    return Incoming(
        chat=_chat(place.chat.account, place.chat.chat, thread, direct=place.direct),
        event_id=f"x{body.get('action_ts') or body.get('trigger_id', '')}",
        message_id=ts,
        sender=Sender(str(_object(body.get("user")).get("id") or "")),
        direct=place.direct,
        thread=thread,
        command_sign=_sign(place.thread, direct=place.direct),
        command=name.lower(),
        quoted=words(message, bot),
        quoted_attachments=attachments(message),
        reply_route=str(route),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something was done to a message."""

    chat: ChatRef
    message: str
    thread: str
    direct: bool


def _place(body: _Json) -> _Place | None:
    known = _object(body.get("message")) | _object(body.get("container"))
    channel = str(_object(body.get("channel")).get("id") or known.get("channel_id") or "")
    team = str(_object(body.get("team")).get("id") or _object(body.get("user")).get("team_id") or "")
    if not channel or not team:
        return None
    thread, direct = str(known.get("thread_ts") or ""), _direct(channel)
    message = str(known.get("message_ts") or known.get("ts") or "")
    return _Place(_chat(team, channel, thread, direct=direct), message, thread, direct)


def _choice(action: _Json) -> Choice | None:
    action_id = str(action.get("action_id") or "")
    value = str(action.get("value") or _object(action.get("selected_option")).get("value") or "")
    return Choice(_menu(action_id), value) if action_id.startswith(MENU) and value else None


def _menu(action_id: str) -> str:
    return action_id.removeprefix(MENU).partition(":")[0]


def _is_button(action_id: str) -> bool:
    return action_id.removeprefix(MENU).partition(":")[2].startswith(BUTTON)


def _chat(team: str, channel: str, thread: str, *, direct: bool) -> ChatRef:
    return ChatRef(PLATFORM, team, channel, "" if direct else thread)


def _sign(thread: object, *, direct: bool) -> str:
    """Slack takes no slash commands in threads, and every conversation in a channel is one."""
    return "!" if thread or not direct else "/"


def _direct(channel: str, kind: str | None = None) -> bool:
    return kind == "im" or channel.startswith("D")


def _for_others(event: _Json, bot: str) -> bool:
    """Whether a message that does not name the bot begins by naming somebody; nobody can say who does not know it."""
    return bool(bot) and _ADDRESSEE.match(str(event.get("text") or "")) is not None


def _human(user: str, bot: str) -> bool:
    return bool(user) and user not in {_SYSTEM_USER, bot}


def _installed(body: _Json) -> _Json:
    return _first(body.get("authorizations"))


def _foreign_team(event: _Json, team: str) -> str:
    # In a shared channel the writer's own workspace; an organisation's id (E...) is no answer.
    theirs = str(event.get("user_team") or "")
    return str(Route(team=theirs)) if theirs.startswith("T") and theirs != team else ""


def _object(value: object) -> _Json:
    return cast("_Json", value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[_Json]:
    return [_object(part) for part in cast("list[object]", value)] if isinstance(value, list) else []


def _first(value: object) -> _Json:
    return next(iter(_objects(value)), cast("_Json", {}))
