"""Direct messages whose threads are conversations of their own, by what was stored with each event."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bots.slack.events.menu_search import read_search
from bots.slack.events.parse import read_edit, read_event
from bots.slack.events.workspace_context import WorkspaceContext
from core.chat.port.incoming import ChatRef, Incoming
from tests.bots.slack.payloads import BOT, TEAM, action, command, direct, event, shortcut

DIRECT = ChatRef("sl", TEAM, "D1")
APART = WorkspaceContext(bot=BOT, direct_threads=True)
CONTAINER = {"type": "message", "message_ts": "60.1", "channel_id": "D1", "thread_ts": "50.1"}
PICKED = {"type": "button", "action_id": "menu:retry:b", "value": "x", "action_ts": "70.1"}


def _with_memory(payload: bytes, memory: str = "thread") -> bytes:
    return json.dumps({**json.loads(payload), "memory": memory}).encode()


def _read(payload: bytes) -> Incoming:
    found = read_event(_with_memory(payload), WorkspaceContext(bot=BOT))
    assert found
    assert found.direct_threads
    return found


def test_each_message_begins_a_conversation_that_goes_on_in_its_thread() -> None:
    top, inside = _read(direct(ts="50.1")), _read(direct(ts="60.1", thread_ts="50.1"))

    assert top.chat == inside.chat == replace(DIRECT, thread="50.1")
    assert (top.starts_thread, top.root_event, top.command_sign) == (True, "", "!")
    assert (inside.starts_thread, inside.root_event, inside.command_sign) == (False, top.event_id, "!")
    assert top.places == inside.places == (top.chat, DIRECT)


def test_what_is_done_in_a_thread_belongs_to_it() -> None:
    message: dict[str, Any] = {"ts": "60.1", "thread_ts": "50.1", "user": "U1", "text": "hi"}
    previous = {"type": "message", **message}
    found = [
        _read(action(PICKED, CONTAINER)),
        _read(shortcut("speak", message, channel={"id": "D1"})),
        _read(event(type="agent_session_stopped", channel="D1", thread_ts="50.1")),
        _read(direct(subtype="message_deleted", previous_message=previous)),
    ]

    assert {incoming.chat for incoming in found} == {replace(DIRECT, thread="50.1")}
    assert {incoming.root_event for incoming in found} == {"m50.1"}
    edited = direct(subtype="message_changed", previous_message=previous, message={**previous, "text": "hello"})
    edit = read_edit(_with_memory(edited), WorkspaceContext(bot=BOT))
    assert edit
    assert edit.chat == replace(DIRECT, thread="50.1")


def test_a_slash_command_and_an_opened_app_are_about_the_direct_message() -> None:
    said = _read(command("/model", channel_id="D1"))
    opened = _read(event(type="app_home_opened", tab="messages", channel="D1"))

    assert said.chat == opened.chat == DIRECT
    assert (said.command_sign, said.root_event, said.places) == ("/", "", (DIRECT,))


def test_a_menu_of_a_thread_is_searched_for_the_thread() -> None:
    body: dict[str, Any] = {"type": "block_suggestion", "action_id": "menu:model", "value": "k", "container": CONTAINER}
    body |= {"team": {"id": TEAM}, "user": {"id": "U1"}, "channel": {"id": "D1"}}
    found, together = read_search(body, APART), read_search(body, WorkspaceContext(bot=BOT))

    assert found
    assert together
    assert (found.chat, together.chat) == (replace(DIRECT, thread="50.1"), DIRECT)


def test_what_was_stored_with_an_event_counts_not_what_holds_now() -> None:
    for payload in (direct(thread_ts="50.1"), _with_memory(direct(thread_ts="50.1"), "chat")):
        found = read_event(payload, APART)
        assert found
        assert (found.chat, found.direct_threads, found.root_event) == (DIRECT, False, "")
        assert found.places == (DIRECT, replace(DIRECT, thread="50.1"))


def test_channels_stay_as_they_are() -> None:
    payload, workspace = event(text="<@UBOT> hi", thread_ts="50.1"), WorkspaceContext(bot=BOT)

    assert read_event(_with_memory(payload), workspace) == read_event(payload, workspace)
