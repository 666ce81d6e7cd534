"""Reading damaged events of Slack raises nothing, since the error would return with each delivery."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from bots.slack.events.menu_search import read_search
from bots.slack.events.message_text import read_message
from bots.slack.events.parse import find_ignored_app, read_edit, read_event
from bots.slack.events.workspace_context import WorkspaceContext
from core.json_reader import get_object
from tests.bots.damaged_events import draw_damaged

HOME = WorkspaceContext("T1", "UBOT", frozenset())


def _rich_text_element(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, "style": style}


_RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "user", "user_id": "UBOT"},
                _rich_text_element(" hi ", bold=True, code=True),
                {"type": "link", "url": "https://a.example", "text": "a"},
                {"type": "emoji", "name": "tada", "unicode": "1f389"},
                {"type": "date", "timestamp": 1_700_000_000, "format": "{date}", "fallback": "x"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "offset": 2,
            "elements": [{"type": "rich_text_section", "elements": [_rich_text_element("one")]}],
        },
        {"type": "rich_text_preformatted", "elements": [_rich_text_element("code")]},
    ],
}
_TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, _RICH]]}
_MESSAGE: dict[str, Any] = {
    "type": "message",
    "channel": "C1",
    "channel_type": "channel",
    "user": "U1",
    "ts": "1700000000.000100",
    "event_ts": "1700000000.000100",
    "thread_ts": "1700000000.000001",
    "text": "<@UBOT> hi &amp; <https://a|a> <!date^1700000000^{date}|x> :tada: …",
    "blocks": [
        _RICH,
        _TABLE,
        {"type": "header", "text": {"type": "plain_text", "text": "H"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*x* <@U2>"},
            "accessory": {"type": "image", "image_url": "https://i", "alt_text": "alt"},
        },
        {"type": "image", "alt_text": "al", "title": {"type": "plain_text", "text": "ti"}},
    ],
    "attachments": [
        {
            "is_share": True,
            "author_name": "Bo",
            "text": "moved",
            "files": [{"id": "F1", "name": "a.txt", "mimetype": "text/plain", "size": 3, "url_private": "https://x"}],
            "message_blocks": [{"message": {"blocks": [_RICH]}}],
        },
        {"title": "T", "title_link": "https://x", "pretext": "p", "fields": [{"title": "f", "value": "v"}]},
    ],
    "files": [{"id": "F2", "name": "v.m4a", "mimetype": "audio/mp4", "subtype": "slack_audio", "size": 9}],
}


def _event(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "events_api",
        "bot": "UBOT",
        "team": "T1",
        "payload": {"team_id": "T1", "api_app_id": "A1", "event": event, "authorizations": [{"team_id": "T1"}]},
    }


def _interactive(**payload: object) -> dict[str, Any]:
    base = {"user": {"id": "U1"}, "team": {"id": "T1"}, "channel": {"id": "C1"}, "message": _MESSAGE}
    return {"type": "interactive", "bot": "UBOT", "team": "T1", "payload": {**base, **payload}}


_CHANGED = {**_MESSAGE, "subtype": "message_changed", "message": _MESSAGE, "previous_message": {"text": "old"}}
_CONTAINER = {"type": "message", "message_ts": "1.1", "channel_id": "C1", "thread_ts": "1.0"}
_ACTION = {"action_id": "menu:model:0", "value": "model:x", "action_ts": "1.2", "selected_option": {"value": "model:x"}}
EVENTS = [
    _event(_MESSAGE),
    _event({**_MESSAGE, "channel": "D1", "channel_type": "im"}),
    _event({**_MESSAGE, "subtype": "bot_message", "bot_id": "B1", "bot_profile": {"app_id": "A2", "name": "x"}}),
    _event(_CHANGED),
    _event({**_MESSAGE, "subtype": "message_deleted", "deleted_ts": "1.1", "previous_message": _MESSAGE}),
    _event({"type": "member_joined_channel", "user": "UBOT", "channel": "C1", "inviter": "U1", "event_ts": "1.1"}),
    _interactive(type="message_action", callback_id="speak", message_ts="1.1", action_ts="1.2"),
    _interactive(type="block_actions", container=_CONTAINER, actions=[_ACTION], response_url="https://r"),
    _interactive(type="block_suggestion", container=_CONTAINER, action_id="menu:model:0", value="x"),
    {
        "type": "slash_commands",
        "bot": "UBOT",
        "payload": {"command": "/model", "text": "x", "user_id": "U1", "channel_id": "C1", "team_id": "T1"},
    },
]


@settings(max_examples=300)
@given(draw_damaged(EVENTS))
def test_reading_damaged_events_never_raises(event: Any) -> None:  # noqa: ANN401 - any JSON
    stored, body = json.dumps(event).encode(), get_object(event, "payload")

    read_event(stored, HOME)
    read_edit(stored, HOME)
    read_search(body, HOME)
    find_ignored_app(body, HOME)


@pytest.mark.parametrize("text", ["<|label>", "<>", "<@>", "<!>", "<!date^²>", "<#|>", "<!subteam>"])
def test_incomplete_mrkdwn_is_read(text: str) -> None:
    said = {"type": "section", "text": {"type": "mrkdwn", "text": text}}

    assert read_message({"user": "U1", "text": f"see {text}"}, "UBOT").text.startswith("see")
    assert read_message({"bot_id": "B1", "blocks": [said]}, "UBOT") is not None
