"""Reading a stored Slack event: what a user did, or nothing; pure."""

from __future__ import annotations

import json
from dataclasses import replace

from bots.json_fields import Json, get_object, get_objects, get_text
from bots.slack.blocks.action_ids import MENU
from core.chat.port.incoming import ChatRef, Incoming, Sender

from .authors import speaker_of
from .installation import PLATFORM, Installation, chat_ref, command_sign, is_direct, visitor_team
from .interactions import menu_name, place_of, read_action, read_shortcut, read_slash_command
from .message_text import read_message
from .split_messages import lead, seam, sent, settle


def read_event(payload: bytes, installation: Installation) -> Incoming | None:
    """Read `{"type", "payload", "bot", "team"}` as the ingress stored it; None: nothing to answer.

    What was stored, or what the payload says of the installation, counts before `home`. A direct message belongs to one
    conversation, whatever thread it is in; elsewhere the thread is the conversation, and what begins with somebody
    else's name is between people. A mention is read from its `message` event: `app_mention`, which Slack may send
    beside it, before or after, may lack its files. A message that is edited to name the bot counts as if it had named
    it at once.
    """
    stored: Json = json.loads(payload)
    body = get_object(stored, "payload")
    installation = _home_of(stored, body, installation)
    match stored.get("type"):
        case "events_api":
            return _event(body, installation)
        case "slash_commands":
            return read_slash_command(body, installation)
        case "interactive":
            return (
                read_shortcut(body, installation)
                if body.get("type") == "message_action"
                else read_action(body, installation)
            )
        case _:
            return None


def read_addition(payload: bytes, installation: Installation) -> Incoming | None:
    """Read the new form of a message that was edited; None for anything else, and for what `read_event` reads."""
    stored: Json = json.loads(payload)
    body = get_object(stored, "payload")
    event, installation = get_object(body, "event"), _home_of(stored, body, installation)
    edited = get_text(event, "type") == "message" and get_text(event, "subtype") == "message_changed"
    if (
        not edited
        or not installation.team
        or not get_text(event, "channel")
        or read_event(payload, installation) is not None
    ):
        return None
    before, after = get_object(event, "previous_message"), get_object(event, "message")
    if read_message(before, installation.bot) == read_message(after, installation.bot):
        return None  # others have replied, or reacted
    found = _message(_in_place(after, event), get_text(body, "api_app_id"), installation)
    changed = get_text(event, "event_ts") or get_text(event, "ts")
    return found and replace(found, event_id=f"e{changed}", edits=found.message_id, settle=0.0)


def read_search(body: Json, installation: Installation) -> tuple[str, ChatRef, str, Sender] | None:
    """Read what somebody types into a menu's list: the menu's name, the chat, the words, and who; else None.

    Slack: `block_suggestion`.
    """
    place, action_id = place_of(body, _home_of({}, body, installation)), get_text(body, "action_id")
    if place is None or body.get("type") != "block_suggestion" or not action_id.startswith(MENU):
        return None
    return menu_name(action_id), place.chat, get_text(body, "value"), Sender(get_text(get_object(body, "user"), "id"))


def ignored_app(body: Json, installation: Installation) -> frozenset[str]:
    """The ids of an app that calls the bot and is not among those that are answered; empty in every other case."""
    event, installation = get_object(body, "event"), _home_of({}, body, installation)
    if event.get("type") != "message":
        return frozenset()
    speaker = speaker_of(event, installation.bot, get_text(body, "api_app_id"))
    if speaker is None or installation.answers(speaker):
        return frozenset()
    called = (
        is_direct(get_text(event, "channel"), event.get("channel_type"))
        or read_message(event, installation.bot).mentioned
    )
    return speaker.ids if called else frozenset()


def _home_of(stored: Json, body: Json, installation: Installation) -> Installation:
    """Whose event it is. Slack Connect: `team_id`, `team.id` and `user.team_id` may be those of a visitor."""
    installed = next(iter(get_objects(body, "authorizations")), Json())
    team = (
        get_text(stored, "team")
        or get_text(installed, "team_id")
        or get_text(body, "context_team_id")
        or installation.team
    )
    sent = (
        get_text(body, "team_id")
        or get_text(get_object(body, "team"), "id")
        or get_text(get_object(body, "user"), "team_id")
    )
    bot = get_text(stored, "bot") or get_text(installed, "user_id") or installation.bot
    return replace(installation, team=team or sent, bot=bot)


def _event(body: Json, installation: Installation) -> Incoming | None:
    event = get_object(body, "event")
    if not installation.team or not get_text(event, "channel"):
        return None
    match event.get("type"):
        case "message":
            app, gone = get_text(body, "api_app_id"), _gone(event)
            if gone is not None:
                return _deleted(event, _message(gone, app, installation))
            return _message(_named_later(event, installation.bot) or event, app, installation)
        case "agent_session_stopped":
            return _stopped(event, installation.team)
        case "member_joined_channel" if event.get("user") == installation.bot:
            return _arrival(event, installation.team, get_text(body, "event_id"))
        case _:
            return None


def _message(event: Json, app: str, installation: Installation) -> Incoming | None:
    ts, said = get_text(event, "ts"), read_message(event, installation.bot)
    speaker = speaker_of(event, installation.bot, app)
    if not ts or speaker is None or not installation.answers(speaker):
        return None
    direct = is_direct(get_text(event, "channel"), event.get("channel_type"))
    addressed = direct or said.mentioned or (speaker.human and _answers_the_bot(event, installation.bot))
    follows = bool(get_text(event, "thread_ts")) and speaker.answers_unasked
    if not (addressed or follows) or (said.for_others and not direct):
        return None
    thread = get_text(event, "thread_ts") or ts
    found = Incoming(
        chat=chat_ref(installation.team, get_text(event, "channel"), thread, direct=direct),
        event_id=f"m{ts}",
        message_id=ts,
        sender=speaker.sender,
        text=said.text,
        direct=direct,
        addressed=addressed,
        mentioned=said.mentioned,
        thread=thread,
        command_sign=command_sign(get_text(event, "thread_ts"), direct=direct),
        attachments=said.files,
        quoted=said.forwarded,
        excerpt=bool(said.forwarded),
        quoted_attachments=said.forwarded_files,
        named=said.named,
        reply_route=visitor_team(get_text(event, "user_team"), installation.team),
    )
    return _with_timing(found, event) if speaker.human else found  # what an app posts is whole


def _with_timing(found: Incoming, event: Json) -> Incoming:
    words = lead(event) + found.text
    return replace(found, text=words, sent=sent(event), seam=seam(event), settle=settle(event))


def _answers_the_bot(event: Json, bot: str) -> bool:
    """Whether it stands beneath what the bot itself has posted."""
    return bool(bot) and event.get("parent_user_id") == bot


def _gone(event: Json) -> Json | None:
    """The message that an event tells to be deleted; Slack lets a tombstone stand where others have replied."""
    buried = (
        get_text(event, "subtype") == "message_changed"
        and get_text(get_object(event, "message"), "subtype") == "tombstone"
    )
    if get_text(event, "subtype") != "message_deleted" and not buried:
        return None
    return _in_place(get_object(event, "previous_message"), event)


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
    before, after = get_object(event, "previous_message"), get_object(event, "message")
    if not before or _names(before, bot) or not _names(after, bot):
        return None
    return _in_place(after, event)


def _in_place(message: Json, event: Json) -> Json:
    """A message within an event, which alone tells where it stands."""
    return message | {"channel": event["channel"], "channel_type": event.get("channel_type")}


def _names(message: Json, bot: str) -> bool:
    return read_message(message, bot).mentioned


def _stopped(event: Json, team: str) -> Incoming:
    thread = get_text(event, "thread_ts")
    direct = is_direct(get_text(event, "channel"))
    return Incoming(
        chat=chat_ref(team, get_text(event, "channel"), thread, direct=direct),
        event_id=f"s{event.get('event_ts') or thread}",
        message_id=thread,
        sender=Sender(get_text(event, "user")),
        direct=direct,
        thread=thread,
        command_sign=command_sign(thread, direct=direct),
        command="stop",
    )


def _arrival(event: Json, team: str, event_id: str) -> Incoming:
    """Read that the bot was added to a channel; the channel around all threads is where that is answered."""
    ts = get_text(event, "event_ts")
    return Incoming(
        chat=ChatRef(PLATFORM, team, get_text(event, "channel")),
        event_id=f"j{ts or event_id}",
        message_id=ts,
        sender=Sender(get_text(event, "inviter")),
        added=True,
    )
