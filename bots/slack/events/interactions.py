"""Read commands, buttons, menus and shortcuts; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bots.slack.blocks.action_ids import BUTTON_PREFIX, MENU_PREFIX
from core.chat.port.incoming import ChatRef, Choice, Incoming, Sender
from core.chat.text.typed_commands import to_command_name
from core.json_reader import Json, as_object, get_object, get_objects, get_text

from .message_text import read_message
from .mrkdwn_to_text import unescape
from .reply_target import ReplyTarget
from .workspace_context import (
    EVERY_COMMAND,
    PLATFORM,
    WorkspaceContext,
    chat_ref,
    command_sign,
    foreign_team,
    is_direct,
)


def read_slash_command(body: Json, workspace: WorkspaceContext) -> Incoming | None:
    name, text = _read_command(body, workspace.command_prefix)
    channel = get_text(body, "channel_id")
    if not name or not workspace.team or not channel:
        return None
    target = replace(
        ReplyTarget(get_text(body, "response_url")), team=foreign_team(get_text(body, "team_id"), workspace.team)
    )
    return Incoming(
        chat=ChatRef(PLATFORM, workspace.team, channel),
        event_id=f"c{body.get('trigger_id', '')}",
        message_id="",
        sender=Sender(get_text(body, "user_id")),
        text=text,
        direct=is_direct(channel),
        command_sign=f"/{workspace.command_prefix}",
        command=name,
        reply_route=str(target),
    )


def _read_command(body: Json, prefix: str) -> tuple[str, str]:
    """Return the name of a slash command without its prefix, and its argument.

    The first word after the command that takes every other one is a name, in any language; without one it means help.
    """
    name = get_text(body, "command").lstrip("/").lower()
    text = unescape(get_text(body, "text")).strip()
    if name != EVERY_COMMAND:
        return name.removeprefix(prefix), text
    first, rest = (*text.split(maxsplit=1), "", "")[:2]
    return to_command_name(first.lstrip("/!")) or "help", rest


def read_action(body: Json, workspace: WorkspaceContext) -> Incoming | None:
    action, place = next(iter(get_objects(body, "actions")), Json()), read_place(body, workspace)
    choice = _read_choice(action)
    if body.get("type") != "block_actions" or not (choice and place):
        return None
    content = read_message(get_object(body, "message"), workspace.bot)
    route = ReplyTarget(
        get_text(body, "response_url"), button=_is_button(get_text(action, "action_id")), team=place.visitor
    )
    return Incoming(
        chat=place.chat,
        event_id=f"a{action.get('action_ts') or body.get('trigger_id', '')}",
        message_id=place.message,
        sender=Sender(get_text(get_object(body, "user"), "id")),
        direct=place.direct,
        thread=place.thread,
        command_sign=command_sign(place.thread, workspace.command_prefix, direct=place.direct),
        choice=choice,
        home=place.home,
        home_signature=read_home_signature(body),
        quoted=content.full_text,
        named=content.named,
        reply_route=str(route),
    )


def read_shortcut(body: Json, workspace: WorkspaceContext) -> Incoming | None:
    """Read a message shortcut; the answer goes into the thread of the message, or starts one."""
    message, place = get_object(body, "message"), read_place(body, workspace)
    name, ts = get_text(body, "callback_id"), get_text(body, "message_ts") or get_text(message, "ts")
    if place is None or not name or not ts:
        return None
    thread, content = place.thread or ts, read_message(message, workspace.bot)
    route = ReplyTarget(
        get_text(body, "response_url"), shortcut=True, unanswered_thread=not place.thread, team=place.visitor
    )
    return Incoming(
        chat=chat_ref(place.chat.account, place.chat.chat, thread, direct=place.direct),
        event_id=f"x{body.get('action_ts') or body.get('trigger_id', '')}",
        message_id=ts,
        sender=Sender(get_text(get_object(body, "user"), "id")),
        direct=place.direct,
        thread=thread,
        command_sign=command_sign(place.thread, workspace.command_prefix, direct=place.direct),
        command=name.lower(),
        quoted=content.command_input,
        quoted_attachments=(*content.files, *content.forwarded_files),
        named=content.named,
        reply_route=str(route),
    )


@dataclass(frozen=True, slots=True)
class MessagePlace:
    """The message of an interaction and its chat."""

    chat: ChatRef
    message: str
    thread: str
    direct: bool
    visitor: str
    """The user's workspace, if it is another one."""
    home: bool = False
    """It is no message: the user's Home tab."""


def read_place(body: Json, workspace: WorkspaceContext) -> MessagePlace | None:
    """Return where something was pressed; None for what cannot be told, and for modals."""
    view = get_object(body, "view")
    if view:
        return _read_home(body, view, workspace)
    known = get_object(body, "message") | get_object(body, "container")
    channel = get_text(get_object(body, "channel"), "id") or get_text(known, "channel_id")
    if not channel or not workspace.team:
        return None
    thread, direct = get_text(known, "thread_ts"), is_direct(channel)
    message = get_text(known, "message_ts") or get_text(known, "ts")
    visitor = foreign_team(get_text(get_object(body, "user"), "team_id"), workspace.team)
    return MessagePlace(chat_ref(workspace.team, channel, thread, direct=direct), message, thread, direct, visitor)


def read_home_signature(body: Json) -> str:
    """Return the signature of the Home tab on which something was done, "" elsewhere."""
    return get_text(get_object(body, "view"), "callback_id")


def _read_home(body: Json, view: Json, workspace: WorkspaceContext) -> MessagePlace | None:
    """A Home tab brings back the direct message that it was made for; it has no channel of its own."""
    channel = get_text(view, "private_metadata")
    if get_text(view, "type") != "home" or not is_direct(channel) or not workspace.team:
        return None
    visitor = foreign_team(get_text(get_object(body, "user"), "team_id"), workspace.team)
    return MessagePlace(chat_ref(workspace.team, channel, "", direct=True), "", "", True, visitor, home=True)  # noqa: FBT003 - `direct`


def _read_choice(action: Json) -> Choice | None:
    action_id = get_text(action, "action_id")
    value = get_text(action, "value") or get_text(as_object(action.get("selected_option")), "value")
    return Choice(parse_menu_name(action_id), value) if action_id.startswith(MENU_PREFIX) and value else None


def parse_menu_name(action_id: str) -> str:
    return action_id.removeprefix(MENU_PREFIX).partition(":")[0]


def _is_button(action_id: str) -> bool:
    return action_id.removeprefix(MENU_PREFIX).partition(":")[2].startswith(BUTTON_PREFIX)
