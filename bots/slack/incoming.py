"""Reading a stored Slack event: what a user did, or nothing; pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from core.chat.message import ChatRef, Choice, Incoming, Sender

from .fields import Json, as_object, inner, objects, text
from .message_text import read_message
from .mrkdwn import unescape
from .route import Route
from .speakers import Speaker, speaker_of

PLATFORM = "sl"
MENU = "menu:"
"""What the `action_id` of everything that can be picked or pressed begins with; the menu's name follows."""
BUTTON = "b"
"""What stands first behind the name when it is a button beneath something that is to stay."""


@dataclass(frozen=True, slots=True)
class Home:
    """Whose token it is, as far as that is known: the workspace, the bot's user id, and the apps that are answered."""

    team: str = ""
    bot: str = ""
    apps: frozenset[str] = frozenset()

    def answers(self, speaker: Speaker) -> bool:
        """Whether somebody is answered at all: people are, apps where that is allowed."""
        return speaker.human or "*" in self.apps or bool(speaker.ids & self.apps)


def read_event(payload: bytes, home: Home) -> Incoming | None:
    """Read `{"type", "payload", "bot", "team"}` as the ingress stored it; None: nothing to answer.

    What was stored, or what the payload says of the installation, counts before `home`. A direct message belongs to one
    conversation, whatever thread it is in; elsewhere the thread is the conversation, and what begins with somebody
    else's name is between people. A mention is read from its `message` event: `app_mention`, which Slack may send
    beside it, before or after, may lack its files. A message that is edited to name the bot counts as if it had named
    it at once.
    """
    stored: Json = json.loads(payload)
    body = inner(stored, "payload")
    home = _home_of(stored, body, home)
    match stored.get("type"):
        case "events_api":
            return _event(body, home)
        case "slash_commands":
            return _command(body, home)
        case "interactive":
            return _shortcut(body, home) if body.get("type") == "message_action" else _action(body, home)
        case _:
            return None


def read_search(body: Json, home: Home) -> tuple[str, ChatRef, str, Sender] | None:
    """Read what somebody types into a menu's list: the menu's name, the chat, the words, and who; else None.

    Slack: `block_suggestion`.
    """
    place, action_id = _place(body, _home_of({}, body, home)), text(body, "action_id")
    if place is None or body.get("type") != "block_suggestion" or not action_id.startswith(MENU):
        return None
    return _menu(action_id), place.chat, text(body, "value"), Sender(text(inner(body, "user"), "id"))


def ignored_app(body: Json, home: Home) -> frozenset[str]:
    """The ids of an app that calls the bot and is not among those that are answered; empty in every other case."""
    event, home = inner(body, "event"), _home_of({}, body, home)
    if event.get("type") != "message":
        return frozenset()
    speaker = speaker_of(event, home.bot, text(body, "api_app_id"))
    if speaker is None or home.answers(speaker):
        return frozenset()
    called = _direct(text(event, "channel"), event.get("channel_type")) or read_message(event, home.bot).mentioned
    return speaker.ids if called else frozenset()


def _home_of(stored: Json, body: Json, home: Home) -> Home:
    """Whose event it is. Slack Connect: `team_id`, `team.id` and `user.team_id` may be those of a visitor."""
    installed = next(iter(objects(body, "authorizations")), Json())
    team = text(stored, "team") or text(installed, "team_id") or text(body, "context_team_id") or home.team
    sent = text(body, "team_id") or text(inner(body, "team"), "id") or text(inner(body, "user"), "team_id")
    bot = text(stored, "bot") or text(installed, "user_id") or home.bot
    return replace(home, team=team or sent, bot=bot)


def _event(body: Json, home: Home) -> Incoming | None:
    event = inner(body, "event")
    if not home.team or not text(event, "channel"):
        return None
    match event.get("type"):
        case "message":
            app, gone = text(body, "api_app_id"), _gone(event)
            if gone is not None:
                return _deleted(event, _message(gone, app, home))
            return _message(_named_later(event, home.bot) or event, app, home)
        case "agent_session_stopped":
            return _stopped(event, home.team)
        case "member_joined_channel" if event.get("user") == home.bot:
            return _arrival(event, home.team, text(body, "event_id"))
        case _:
            return None


def _message(event: Json, app: str, home: Home) -> Incoming | None:
    ts, said = text(event, "ts"), read_message(event, home.bot)
    speaker = speaker_of(event, home.bot, app)
    if not ts or speaker is None or not home.answers(speaker):
        return None
    direct = _direct(text(event, "channel"), event.get("channel_type"))
    addressed = direct or said.mentioned or (speaker.human and _answers_the_bot(event, home.bot))
    follows = bool(text(event, "thread_ts")) and speaker.answers_unasked
    if not (addressed or follows) or (said.for_others and not direct):
        return None
    thread = text(event, "thread_ts") or ts
    return Incoming(
        chat=_chat(home.team, text(event, "channel"), thread, direct=direct),
        event_id=f"m{ts}",
        message_id=ts,
        sender=speaker.sender,
        text=said.text,
        direct=direct,
        addressed=addressed,
        mentioned=said.mentioned,
        thread=thread,
        command_sign=_sign(text(event, "thread_ts"), direct=direct),
        attachments=said.files,
        quoted=said.forwarded,
        excerpt=bool(said.forwarded),
        quoted_attachments=said.forwarded_files,
        named=said.named,
        reply_route=_visitor(text(event, "user_team"), home.team),
    )


def _answers_the_bot(event: Json, bot: str) -> bool:
    """Whether it stands beneath what the bot itself has posted."""
    return bool(bot) and event.get("parent_user_id") == bot


def _gone(event: Json) -> Json | None:
    """The message that an event tells to be deleted; Slack lets a tombstone stand where others have replied."""
    buried = text(event, "subtype") == "message_changed" and text(inner(event, "message"), "subtype") == "tombstone"
    if text(event, "subtype") != "message_deleted" and not buried:
        return None
    return inner(event, "previous_message") | {"channel": event["channel"], "channel_type": event.get("channel_type")}


def _deleted(event: Json, said: Incoming | None) -> Incoming | None:
    """That a message is gone which the bot may have answered."""
    return said and Incoming(
        chat=said.chat,
        event_id=f"d{event.get('event_ts') or event.get('ts') or said.event_id}",
        message_id=said.message_id,
        sender=said.sender,
        direct=said.direct,
        addressed=said.addressed,
        thread=said.thread,
        deleted=said.event_id,
    )


def _named_later(event: Json, bot: str) -> Json | None:
    """The message behind an edit that names the bot where it was not named before."""
    before, after = inner(event, "previous_message"), inner(event, "message")
    if not before or _names(before, bot) or not _names(after, bot):
        return None
    return after | {"channel": event["channel"], "channel_type": event.get("channel_type")}


def _names(message: Json, bot: str) -> bool:
    return read_message(message, bot).mentioned


def _stopped(event: Json, team: str) -> Incoming:
    thread = text(event, "thread_ts")
    direct = _direct(text(event, "channel"))
    return Incoming(
        chat=_chat(team, text(event, "channel"), thread, direct=direct),
        event_id=f"s{event.get('event_ts') or thread}",
        message_id=thread,
        sender=Sender(text(event, "user")),
        direct=direct,
        thread=thread,
        command_sign=_sign(thread, direct=direct),
        command="stop",
    )


def _arrival(event: Json, team: str, event_id: str) -> Incoming:
    """Read that the bot was added to a channel; the channel around all threads is where that is answered."""
    ts = text(event, "event_ts")
    return Incoming(
        chat=ChatRef(PLATFORM, team, text(event, "channel")),
        event_id=f"j{ts or event_id}",
        message_id=ts,
        sender=Sender(text(event, "inviter")),
        added=True,
    )


def _command(body: Json, home: Home) -> Incoming | None:
    name, channel = text(body, "command").lstrip("/").lower(), text(body, "channel_id")
    if not name or not home.team or not channel:
        return None
    visited = replace(Route(text(body, "response_url")), team=_foreign(text(body, "team_id"), home.team))
    return Incoming(
        chat=ChatRef(PLATFORM, home.team, channel),
        event_id=f"c{body.get('trigger_id', '')}",
        message_id="",
        sender=Sender(text(body, "user_id")),
        text=unescape(text(body, "text")).strip(),
        direct=_direct(channel),
        command=name,
        reply_route=str(visited),
    )


def _action(body: Json, home: Home) -> Incoming | None:
    action, place = next(iter(objects(body, "actions")), Json()), _place(body, home)
    chosen = _choice(action)
    if body.get("type") != "block_actions" or not (chosen and place):
        return None
    said = read_message(inner(body, "message"), home.bot)
    route = Route(text(body, "response_url"), button=_is_button(text(action, "action_id")), team=place.visitor)
    return Incoming(
        chat=place.chat,
        event_id=f"a{action.get('action_ts') or body.get('trigger_id', '')}",
        message_id=place.message,
        sender=Sender(text(inner(body, "user"), "id")),
        direct=place.direct,
        thread=place.thread,
        command_sign=_sign(place.thread, direct=place.direct),
        choice=chosen,
        quoted=said.whole,
        named=said.named,
        reply_route=str(route),
    )


def _shortcut(body: Json, home: Home) -> Incoming | None:
    """Slack: a message's own actions; the answer goes into the thread that it belongs to, or begins."""
    message, place = inner(body, "message"), _place(body, home)
    name, ts = text(body, "callback_id"), text(body, "message_ts") or text(message, "ts")
    if place is None or not name or not ts:
        return None
    thread, said = place.thread or ts, read_message(message, home.bot)
    route = Route(text(body, "response_url"), shortcut=True, quiet=not place.thread, team=place.visitor)
    return Incoming(
        chat=_chat(place.chat.account, place.chat.chat, thread, direct=place.direct),
        event_id=f"x{body.get('action_ts') or body.get('trigger_id', '')}",
        message_id=ts,
        sender=Sender(text(inner(body, "user"), "id")),
        direct=place.direct,
        thread=thread,
        command_sign=_sign(place.thread, direct=place.direct),
        command=name.lower(),
        quoted=said.content,
        quoted_attachments=(*said.files, *said.forwarded_files),
        named=said.named,
        reply_route=str(route),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something was done to a message."""

    chat: ChatRef
    message: str
    thread: str
    direct: bool
    visitor: str
    """The workspace of whoever did it, where that is another one."""


def _place(body: Json, home: Home) -> _Place | None:
    known = inner(body, "message") | inner(body, "container")
    channel = text(inner(body, "channel"), "id") or text(known, "channel_id")
    if not channel or not home.team:
        return None
    thread, direct = text(known, "thread_ts"), _direct(channel)
    message = text(known, "message_ts") or text(known, "ts")
    visitor = _foreign(text(inner(body, "user"), "team_id"), home.team)
    return _Place(_chat(home.team, channel, thread, direct=direct), message, thread, direct, visitor)


def _choice(action: Json) -> Choice | None:
    action_id = text(action, "action_id")
    value = text(action, "value") or text(as_object(action.get("selected_option")), "value")
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


def _direct(channel: str, kind: object = None) -> bool:
    return kind == "im" or channel.startswith("D")


def _visitor(theirs: str, team: str) -> str:
    visited = _foreign(theirs, team)
    return str(Route(team=visited)) if visited else ""


def _foreign(theirs: str, team: str) -> str:
    """Whoever writes in a shared channel from another workspace; an organisation's id (E...) is no answer."""
    return theirs if theirs.startswith("T") and theirs != team else ""
