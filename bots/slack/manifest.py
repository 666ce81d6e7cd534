"""The Slack app's manifest: all its settings at api.slack.com, derived from the commands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .api.required_scopes import AGENT_SCOPE, SCOPES

_HEADER = """\
# The Slack app, to be pasted at https://api.slack.com/apps ("Create New App", "From a manifest").
# Written by `make manifest` from the commands of the bot; do not edit.
"""
_AGENT_NOTE = """\
#
# It declares an agent (`features.agent_view`). Slack lets no guests use agents, and the declaration cannot be taken
# back; for an app without it, use `python -m bots manifest --no-agent`.
"""
_AGENT_DESCRIPTION = "Answers questions with every model of your Wanjie Ark key, reads files, draws and speaks."
_EVENTS = (
    "app_home_opened",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
)

_AGENT_EVENTS = ("agent_session_stopped",)
"""Events of agents alone."""

_REMOVAL_EVENTS = ("app_uninstalled", "tokens_revoked")
"""Events of an app that several workspaces install."""

_Node = str | bool | int | Sequence["_Node"] | Mapping[str, "_Node"]


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A slash command; `name` without its slash (Slack: 32 characters, 50 commands)."""

    name: str
    description: str
    usage_hint: str = ""


@dataclass(frozen=True, slots=True)
class MessageShortcut:
    """A command in the menu of every message (Slack: at most 5).

    `name` has at most 24 characters, `description` at most 150; the event contains the name of the `command`.
    """

    command: str
    name: str
    description: str


def render_manifest(
    commands: Iterable[SlashCommand],
    shortcuts: Iterable[MessageShortcut] = (),
    request_url: str = "",
    redirect_url: str = "",
    *,
    agent: bool = True,
) -> str:
    """Write the manifest: as JSON, which is YAML as well, below comments.

    Slack sends everything to `request_url`; "" means Socket Mode. With a `redirect_url`, workspaces and organisations
    install the app, and their tokens are exchanged every twelve hours. With `agent` it declares an agent, which has
    sessions, prompts and a *Stop* of Slack's own.
    """
    manifest = _build_manifest(commands, shortcuts, request_url, redirect_url, agent=agent)
    note = _AGENT_NOTE if agent else ""
    return _HEADER + note + json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _build_manifest(
    commands: Iterable[SlashCommand],
    shortcuts: Iterable[MessageShortcut],
    request_url: str,
    redirect_url: str,
    *,
    agent: bool,
) -> dict[str, _Node]:
    agent_view: dict[str, _Node] = {"agent_view": {"agent_description": _AGENT_DESCRIPTION}} if agent else {}
    scopes = tuple(sorted((*SCOPES, AGENT_SCOPE))) if agent else SCOPES
    events = (*_AGENT_EVENTS, *_EVENTS) if agent else _EVENTS
    redirects: dict[str, _Node] = {"redirect_urls": [redirect_url]} if redirect_url else {}
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": "Wanjie",
            "description": "Chat with every model of your Wanjie Ark key",
            "background_color": "#1f2937",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            **agent_view,
            "bot_user": {"display_name": "wanjie", "always_online": True},
            "shortcuts": [_shortcut_entry(shortcut) for shortcut in shortcuts],
            "slash_commands": [_command_entry(command) | _named(request_url, "url") for command in commands],
        },
        "oauth_config": {**redirects, "scopes": {"bot": scopes}},
        "settings": {
            "event_subscriptions": {
                **_named(request_url, "request_url"),
                "bot_events": (*events, *(_REMOVAL_EVENTS if redirect_url else ())),
            },
            "interactivity": {"is_enabled": True, **_named(request_url, "request_url", "message_menu_options_url")},
            "org_deploy_enabled": bool(redirect_url),
            "socket_mode_enabled": not request_url,
            "token_rotation_enabled": bool(redirect_url),
        },
    }


def _named(request_url: str, *names: str) -> dict[str, _Node]:
    """Return the URL under each of these names; in Socket Mode nothing."""
    return dict.fromkeys(names, request_url) if request_url else {}


def _command_entry(command: SlashCommand) -> dict[str, _Node]:
    hint: dict[str, _Node] = {"usage_hint": command.usage_hint} if command.usage_hint else {}
    return {"command": f"/{command.name}", "description": command.description, **hint, "should_escape": False}


def _shortcut_entry(shortcut: MessageShortcut) -> dict[str, _Node]:
    name = {"name": shortcut.name, "type": "message", "callback_id": shortcut.command}
    return {**name, "description": shortcut.description}
