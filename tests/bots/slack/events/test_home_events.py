"""The Home tab: it is opened, pressed and searched, in the name of its person's direct message."""

from __future__ import annotations

from typing import Any

import pytest

from bots.slack.events.menu_search import read_search
from bots.slack.events.parse import read_event
from bots.slack.events.workspace_context import WorkspaceContext
from core.chat.events.choose_lane import choose_lane
from core.chat.port.incoming import ChatRef, Choice, Incoming, Sender
from core.chat.port.menu_query import MenuQuery
from tests.bots.slack.payloads import BOT, TEAM, event, stored

_CHAT = ChatRef("sl", TEAM, "D7")
_INSTALLATION = WorkspaceContext(team=TEAM, bot=BOT, command_prefix="wj-")


def _press(view: dict[str, Any]) -> dict[str, Any]:
    picked = {"action_id": "menu:model", "selected_option": {"value": "=kimi"}, "action_ts": "7.9"}
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": "U1", "team_id": TEAM},
        "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "hash": "1.x", **view},
        "actions": [picked],
        "trigger_id": "1.2.y",
    }


def _read(payload: bytes) -> Incoming | None:
    return read_event(payload, _INSTALLATION)


@pytest.mark.parametrize(("tab", "home"), [("home", True), ("messages", False)])
def test_an_opened_tab_is_read_and_waits_for_no_answer(tab: str, home: bool) -> None:  # noqa: FBT001 - parametrized
    found = _read(event(type="app_home_opened", tab=tab, channel="D7", event_ts="5.1"))

    assert found is not None
    assert (found.home, found.opened, found.direct) == (home, not home, True)
    assert (found.chat, found.sender, found.command_sign) == (_CHAT, Sender("U1"), "/wj-")
    assert choose_lane(found) == f"{_CHAT}!pick"


def test_a_press_on_the_tab_belongs_to_the_direct_message_that_it_was_made_for() -> None:
    found = _read(stored("interactive", _press({"type": "home", "private_metadata": "D7"})))

    assert found is not None
    assert (found.home, found.direct, found.chat, found.choice) == (True, True, _CHAT, Choice("model", "=kimi"))
    assert (found.event_id, found.message_id, found.reply_route, found.command_sign) == ("a7.9", "", "", "/wj-")


@pytest.mark.parametrize(
    "view",
    [
        {"type": "home", "private_metadata": ""},
        {"type": "home", "private_metadata": "C1"},
        {"type": "home"},
        {"type": "modal", "private_metadata": "D7"},
    ],
)
def test_presses_on_other_views_are_none_of_it(view: dict[str, Any]) -> None:
    assert _read(stored("interactive", _press(view))) is None


def test_a_search_on_the_tab_is_for_the_same_conversation() -> None:
    body = _press({"type": "home", "private_metadata": "D7", "callback_id": "signed"})
    body |= {"type": "block_suggestion", "action_id": "menu:model", "value": "ki"}

    query = MenuQuery("model", _CHAT, "ki", Sender("U1"), home=True, home_signature="signed")
    assert read_search(body, _INSTALLATION) == query
