"""The manifest, parsed as YAML."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from bots.docs_generator import generate_manifest
from bots.sandbox.slack.events import DEFAULT_SUBSCRIPTIONS, REMOVALS
from bots.slack.manifest import MessageShortcut, SlashCommand, render_manifest

_words = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"], blacklist_characters="\ufeff\ufffe\uffff")
)


def _manifest(*commands: SlashCommand) -> dict[str, Any]:
    return yaml.safe_load(render_manifest(commands))


def test_commands_become_slash_commands() -> None:
    found = _manifest(SlashCommand("model", "Choose: a model", "[name]"), SlashCommand("new", "Forget"))

    assert found["features"]["slash_commands"] == [
        {"command": "/model", "description": "Choose: a model", "usage_hint": "[name]", "should_escape": False},
        {"command": "/new", "description": "Forget", "should_escape": False},
    ]


def test_commands_on_messages_become_shortcuts() -> None:
    found = yaml.safe_load(
        render_manifest([], [MessageShortcut("speak", "Have a text spoken", "Have a text spoken by a model")])
    )

    assert found["features"]["shortcuts"] == [
        {
            "name": "Have a text spoken",
            "type": "message",
            "callback_id": "speak",
            "description": "Have a text spoken by a model",
        }
    ]


def test_the_app_s_manifest_keeps_slack_s_limits() -> None:
    features = yaml.safe_load(generate_manifest())["features"]

    assert [(one["callback_id"], one["name"]) for one in features["shortcuts"]] == [
        ("imagine", "Draw this"),
        ("speak", "Speak this"),
        ("translate", "Translate"),
        ("summarize", "Summarise thread"),
        ("ask", "Ask about this"),
    ]
    assert len(features["shortcuts"]) <= 5
    assert all(0 < len(shortcut["name"]) <= 24 for shortcut in features["shortcuts"])
    assert all(0 < len(shortcut["description"]) <= 150 for shortcut in features["shortcuts"])


def test_an_app_that_workspaces_install_has_its_tokens_exchanged_and_hears_of_its_removal() -> None:
    url = "https://bots.example/slack/oauth_redirect"
    alone, shared = yaml.safe_load(generate_manifest()), yaml.safe_load(generate_manifest(redirect_url=url))
    switches = ("org_deploy_enabled", "token_rotation_enabled")
    events = [set(found["settings"]["event_subscriptions"]["bot_events"]) for found in (alone, shared)]

    assert shared["oauth_config"]["redirect_urls"] == [url]
    assert "redirect_urls" not in alone["oauth_config"]
    assert [[found["settings"][name] for name in switches] for found in (alone, shared)] == [[False] * 2, [True] * 2]
    assert events[1] - events[0] == REMOVALS
    assert shared["oauth_config"]["scopes"] == alone["oauth_config"]["scopes"]


def test_the_app_requests_only_the_scopes_the_bot_needs() -> None:
    found = _manifest()

    assert found["settings"]["socket_mode_enabled"] is True
    assert found["settings"]["interactivity"] == {"is_enabled": True}
    assert found["features"]["app_home"]["home_tab_enabled"] is True
    assert found["features"]["app_home"]["messages_tab_enabled"] is True
    assert found["features"]["app_home"]["messages_tab_read_only_enabled"] is False
    assert found["features"]["slash_commands"] == []
    events = found["settings"]["event_subscriptions"]["bot_events"]
    needed = {
        "message.im": "im:history",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.mpim": "mpim:history",
    }
    others = {"agent_session_stopped", "app_home_opened", "member_joined_channel", "member_left_channel"}
    assert set(events) == {*needed, *others} == DEFAULT_SUBSCRIPTIONS
    scopes = set(found["oauth_config"]["scopes"]["bot"])
    looked_up = {"channels:read", "files:read", "groups:read", "users:read"}
    left = {"channels:manage", "groups:write"}
    used = {"assistant:write", "chat:write", "commands", "files:write", "reactions:write"}
    assert {*needed.values(), *looked_up, *left, *used} == scopes


def test_an_app_may_be_no_agent() -> None:
    agent, plain = yaml.safe_load(generate_manifest()), yaml.safe_load(generate_manifest(agent=False))

    assert 0 < len(agent["features"]["agent_view"]["agent_description"]) <= 300
    assert "agent_view" not in plain["features"]
    assert "agent_session_stopped" not in plain["settings"]["event_subscriptions"]["bot_events"]
    assert "assistant:write" not in plain["oauth_config"]["scopes"]["bot"]


def test_over_http_everything_has_the_request_url() -> None:
    url = "https://bots.example/slack/events"
    found = yaml.safe_load(render_manifest([SlashCommand("new", "Forget")], request_url=url))

    assert found["settings"]["socket_mode_enabled"] is False
    assert found["settings"]["event_subscriptions"]["request_url"] == url
    assert found["settings"]["interactivity"] == {
        "is_enabled": True,
        "request_url": url,
        "message_menu_options_url": url,
    }
    assert [command["url"] for command in found["features"]["slash_commands"]] == [url]


@given(_words, _words)
def test_any_text_round_trips_through_the_yaml(description: str, hint: str) -> None:
    (command,) = _manifest(SlashCommand("x", description, hint))["features"]["slash_commands"]

    assert command["description"] == description
    assert command.get("usage_hint", "") == hint


def test_a_prefix_renames_all_commands_but_the_one_that_takes_them_all() -> None:
    plain, renamed = (yaml.safe_load(generate_manifest(command_prefix=prefix)) for prefix in ("", "wj-"))
    names, renamed_names = (
        [each["command"] for each in found["features"]["slash_commands"]] for found in (plain, renamed)
    )

    assert names[0] == renamed_names[0] == "/wanjie"
    assert [name.replace("/", "/wj-") for name in names[1:]] == renamed_names[1:]
    assert all(len(name) <= 32 for name in renamed_names)
    assert len(names) <= 50
