"""Read stored Slack events; pure."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.json_reader import Json, as_object, get_object, get_text, load_json

from .authors import Author, is_by_app, read_author
from .direct_threads import message_event, place_in_thread
from .interactions import (
    read_action,
    read_shortcut,
    read_slash_command,
)
from .message_text import MessageText, read_message
from .modal_submissions import read_submission
from .wait_for_pieces import find_cut_separator, get_wait_seconds, leading_blanks, sent_at
from .workspace_context import (
    PLATFORM,
    WorkspaceContext,
    add_workspace,
    chat_ref,
    command_sign,
    is_direct,
    resolve_workspace,
    visitor_route,
)


def read_event(payload: bytes, workspace: WorkspaceContext) -> Incoming | None:
    """Read what `EventAcknowledger` has stored; None: there is nothing to answer.

    The stored workspace, or that of the payload, takes precedence over the given one. A direct message is one
    conversation, whatever its threads, unless it was stored as one whose threads are apart; elsewhere each thread is a
    conversation, and a message in it that mentions others, but not the bot, is ignored. A mention is read from its
    `message` event, since the `app_mention` that Slack may send as well, before or after it, may lack its files. An
    edit that adds a mention of the bot is read as if the message had mentioned it at once.
    """
    stored = as_object(load_json(payload))
    body = get_object(stored, "payload")
    workspace = resolve_workspace(stored, body, workspace)
    return add_workspace(_read_stored(stored, body, workspace), workspace)


def _read_stored(stored: Json, body: Json, workspace: WorkspaceContext) -> Incoming | None:
    match stored.get("type"):
        case "events_api":
            found = _read_events_api(body, workspace)
            return found and place_in_thread(found, workspace)
        case "slash_commands" | "interactive":
            return read_interaction(body, workspace)
        case _:
            return None


def read_interaction(body: Json, workspace: WorkspaceContext) -> Incoming | None:
    """Read a slash command, a shortcut, a press or the submission of a modal; None for anything else."""
    found = _read_interaction(body, workspace)
    return found and place_in_thread(found, workspace)


def _read_interaction(body: Json, workspace: WorkspaceContext) -> Incoming | None:
    match body.get("type"):
        case "message_action":
            return read_shortcut(body, workspace)
        case "view_submission":
            return read_submission(body)
        case "block_actions":
            return read_action(body, workspace)
        case _:
            return read_slash_command(body, workspace) if "command" in body else None


def read_edit(payload: bytes, workspace: WorkspaceContext) -> Incoming | None:
    """Read the new form of an edited message; None for other events, and for those that `read_event` reads."""
    stored = as_object(load_json(payload))
    body = get_object(stored, "payload")
    event, workspace = get_object(body, "event"), resolve_workspace(stored, body, workspace)
    edited = get_text(event, "type") == "message" and get_text(event, "subtype") == "message_changed"
    if not edited or not workspace.team or not get_text(event, "channel") or read_event(payload, workspace) is not None:
        return None
    before, after = get_object(event, "previous_message"), get_object(event, "message")
    if read_message(before, workspace.bot) == read_message(after, workspace.bot):
        return None  # a reply or a reaction, not an edit
    found = _read_message_event(_with_channel(after, event), get_text(body, "api_app_id"), workspace)
    changed = get_text(event, "event_ts") or get_text(event, "ts")
    if found is None:
        return None
    edit = replace(found, event_id=f"e{changed}", edits=found.message_id, wait_seconds=0.0)
    return add_workspace(place_in_thread(edit, workspace), workspace)


def read_part(payload: bytes, workspace: WorkspaceContext) -> Incoming | None:
    """Read a text outside threads that does not mention the bot: it may be the rest of a longer one that does."""
    stored = as_object(load_json(payload))
    body = get_object(stored, "payload")
    event, workspace = get_object(body, "event"), resolve_workspace(stored, body, workspace)
    is_text = get_text(event, "type") == "message" and not get_text(event, "subtype") and not event.get("files")
    if not is_text or not workspace.team or not get_text(event, "channel") or get_text(event, "thread_ts"):
        return None
    content, author = (
        read_message(event, workspace.bot),
        read_author(event, workspace.bot, get_text(body, "api_app_id")),
    )
    if not get_text(event, "ts") or author is None or not author.is_person or content.is_for_others:
        return None
    if content.mentions_bot or is_direct(get_text(event, "channel"), event.get("channel_type")):
        return None
    part = replace(_create_incoming(event, content, author, workspace, addressed=False), part=True)
    return add_workspace(part, workspace)


def find_ignored_app(body: Json, workspace: WorkspaceContext) -> frozenset[str]:
    """Return the ids of an app that addresses the bot and is not allowed; empty in every other case."""
    event = get_object(body, "event")
    if event.get("type") != "message" or not is_by_app(event):
        return frozenset()
    workspace = resolve_workspace({}, body, workspace)
    author = read_author(event, workspace.bot, get_text(body, "api_app_id"))
    if author is None or workspace.can_answer(author):
        return frozenset()
    addressed = (
        is_direct(get_text(event, "channel"), event.get("channel_type"))
        or read_message(event, workspace.bot).mentions_bot
    )
    return author.ids if addressed else frozenset()


def _read_events_api(body: Json, workspace: WorkspaceContext) -> Incoming | None:
    event = get_object(body, "event")
    if not workspace.team or not get_text(event, "channel"):
        return None
    match event.get("type"):
        case "message":
            return _read_message_change(event, get_text(body, "api_app_id"), workspace)
        case "agent_session_stopped":
            return _read_stop(event, workspace)
        case "app_home_opened" if event.get("tab") in {"home", "messages"}:
            return _read_opening(event, workspace)
        case "member_joined_channel" | "member_left_channel" if event.get("user") == workspace.bot:
            return _read_membership(event, workspace.team, get_text(body, "event_id"))
        case _:
            return None


def _read_message_change(event: Json, app: str, workspace: WorkspaceContext) -> Incoming | None:
    """Read a message that was posted or deleted, or edited so that it mentions the bot."""
    deleted = _find_deleted_message(event)
    if deleted is not None:
        return _read_deletion(event, _read_message_event(deleted, app, workspace))
    return _read_message_event(_find_added_mention(event, workspace.bot) or event, app, workspace)


def _read_message_event(event: Json, app: str, workspace: WorkspaceContext) -> Incoming | None:
    ts, content = get_text(event, "ts"), read_message(event, workspace.bot)
    author = read_author(event, workspace.bot, app)
    if not ts or author is None or not workspace.can_answer(author):
        return None
    direct = is_direct(get_text(event, "channel"), event.get("channel_type"))
    called = direct or content.mentions_bot
    replies = not called and author.is_person and _is_reply_to_bot(event, workspace.bot)
    follows = bool(get_text(event, "thread_ts")) and author.can_follow_up
    if not (called or ((replies or follows) and not content.mentions_others)):
        return None
    found = _create_incoming(event, content, author, workspace, addressed=called or replies)
    return replace(found, replies_to_bot=True) if replies else found


def _create_incoming(
    event: Json, content: MessageText, author: Author, workspace: WorkspaceContext, *, addressed: bool
) -> Incoming:
    ts, direct = get_text(event, "ts"), is_direct(get_text(event, "channel"), event.get("channel_type"))
    thread = get_text(event, "thread_ts") or ts
    may_be_split = author.is_person  # apps do not split messages
    return Incoming(
        chat=chat_ref(workspace.team, get_text(event, "channel"), thread, direct=direct),
        event_id=message_event(ts),
        message_id=ts,
        sender=author.sender,
        text=leading_blanks(event) + content.text if may_be_split else content.text,
        direct=direct,
        addressed=addressed,
        mentioned=content.mentions_bot,
        thread=thread,
        starts_thread=thread == ts and not (direct and not workspace.direct_threads),
        command_sign=command_sign(get_text(event, "thread_ts"), workspace.command_prefix, direct=direct),
        attachments=content.files,
        quoted=content.forwarded_text,
        excerpt=bool(content.forwarded_text),
        quoted_attachments=content.forwarded_files,
        named=content.named,
        reply_route=visitor_route(get_text(event, "user_team"), workspace.team),
        sent=sent_at(event) if may_be_split else 0,
        cut_separator=find_cut_separator(event) if may_be_split else None,
        wait_seconds=get_wait_seconds(event) if may_be_split else 0.0,
    )


def _is_reply_to_bot(event: Json, bot: str) -> bool:
    """Whether it is a reply below a message of the bot."""
    return bool(bot) and event.get("parent_user_id") == bot


def _find_deleted_message(event: Json) -> Json | None:
    """Return the message whose deletion an event reports; Slack leaves a tombstone above existing replies."""
    has_tombstone = (
        get_text(event, "subtype") == "message_changed"
        and get_text(get_object(event, "message"), "subtype") == "tombstone"
    )
    if get_text(event, "subtype") != "message_deleted" and not has_tombstone:
        return None
    return _with_channel(get_object(event, "previous_message"), event)


def _read_deletion(event: Json, message: Incoming | None) -> Incoming | None:
    """Read the deletion of a message that the bot may have answered."""
    return message and Incoming(
        chat=message.chat,
        event_id=f"d{event.get('event_ts') or event.get('ts') or message.event_id}",
        message_id=message.message_id,
        sender=message.sender,
        direct=message.direct,
        addressed=message.addressed,
        thread=message.thread,
        deleted=message.event_id,
    )


def _find_added_mention(event: Json, bot: str) -> Json | None:
    """Return the message of an edit that adds a mention of the bot."""
    before, after = get_object(event, "previous_message"), get_object(event, "message")
    if not before or _mentions_bot(before, bot) or not _mentions_bot(after, bot):
        return None
    return _with_channel(after, event)


def _with_channel(message: Json, event: Json) -> Json:
    """Add the channel of the event to its message."""
    return message | {"channel": event["channel"], "channel_type": event.get("channel_type")}


def _mentions_bot(message: Json, bot: str) -> bool:
    return read_message(message, bot).mentions_bot


def _read_stop(event: Json, workspace: WorkspaceContext) -> Incoming:
    thread = get_text(event, "thread_ts")
    direct = is_direct(get_text(event, "channel"))
    return Incoming(
        chat=chat_ref(workspace.team, get_text(event, "channel"), thread, direct=direct),
        event_id=f"s{event.get('event_ts') or thread}",
        message_id=thread,
        sender=Sender(get_text(event, "user")),
        direct=direct,
        thread=thread,
        command_sign=command_sign(thread, workspace.command_prefix, direct=direct),
        command="stop",
        silent=True,
    )


def _read_opening(event: Json, workspace: WorkspaceContext) -> Incoming:
    """Read that somebody has opened the direct message with the bot, or its Home tab."""
    home = event.get("tab") == "home"
    return Incoming(
        chat=ChatRef(PLATFORM, workspace.team, get_text(event, "channel")),
        event_id=f"{'h' if home else 'o'}{get_text(event, 'event_ts')}",
        message_id="",
        sender=Sender(get_text(event, "user")),
        direct=True,
        command_sign=command_sign("", workspace.command_prefix, direct=True),
        opened=not home,
        home=home,
    )


def _read_membership(event: Json, team: str, event_id: str) -> Incoming:
    """Read that the bot was added to a channel, or removed; what is answered is posted outside of threads."""
    ts, joined = get_text(event, "event_ts"), get_text(event, "type") == "member_joined_channel"
    return Incoming(
        chat=ChatRef(PLATFORM, team, get_text(event, "channel")),
        event_id=f"{'j' if joined else 'l'}{ts or event_id}",
        message_id=ts,
        sender=Sender(get_text(event, "inviter")),
        added=joined,
        removed=not joined,
    )
