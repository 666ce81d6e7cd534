"""Buttons below answers, shortcuts on messages, and their reply targets."""

from __future__ import annotations

import json

import pytest

from bots.slack.events.parse import read_event
from bots.slack.events.reply_target import ReplyTarget
from bots.slack.events.workspace_context import WorkspaceContext
from core.chat.port.incoming import Attachment, ChatRef, Choice, Incoming
from tests.bots.slack.payloads import BOT, TEAM, URL, action, shortcut


def _read(payload: bytes) -> Incoming:
    found = read_event(payload, WorkspaceContext(bot=BOT))
    assert found is not None
    return found


def test_a_button_press_quotes_the_answer_above_it() -> None:
    pressed = {"action_id": "menu:speak:b1", "value": "t1 U1", "action_ts": "7.9"}
    message = {"ts": "60.1", "text": "It is *four*."}
    found = _read(action(pressed, {"message_ts": "60.1", "channel_id": "C1", "thread_ts": "50.1"}, message=message))

    assert found.choice == Choice("speak", "t1 U1")
    assert found.quoted == "It is *four*."
    assert ReplyTarget.parse(found.reply_route) == ReplyTarget(URL, button=True)


def test_a_shortcut_is_a_command_that_quotes_its_message() -> None:
    message = {"ts": "60.1", "thread_ts": "50.1", "user": "U7", "text": "<@UBOT> 1 &lt; 2"}
    found = _read(shortcut("speak", message))

    assert (found.command, found.text, found.quoted) == ("speak", "", "1 < 2")
    assert found.chat == ChatRef("sl", TEAM, "C1", "50.1")
    assert (found.thread, found.message_id, found.sender.id, found.event_id) == ("50.1", "60.1", "U1", "x8.8")
    assert ReplyTarget.parse(found.reply_route) == ReplyTarget(URL, shortcut=True)


def test_a_shortcut_quotes_the_files_of_its_message() -> None:
    message = {"ts": "60.1", "text": "", "files": [{"id": "F1", "mimetype": "image/png"}]}

    assert _read(shortcut("speak", message)).quoted_attachments == (Attachment("image", "F1", mime="image/png"),)


def test_a_shortcut_on_a_message_outside_threads_starts_a_thread() -> None:
    channel = _read(shortcut("speak", {"ts": "60.1", "text": "hi"}))
    private = _read(shortcut("speak", {"ts": "60.1", "text": "hi"}, channel={"id": "D1"}))

    assert (channel.chat, channel.thread) == (ChatRef("sl", TEAM, "C1", "60.1"), "60.1")
    assert ReplyTarget.parse(channel.reply_route).unanswered_thread
    assert (private.chat, private.thread, private.direct) == (ChatRef("sl", TEAM, "D1"), "60.1", True)


@pytest.mark.parametrize(
    "target",
    [
        ReplyTarget(),
        ReplyTarget(URL),
        ReplyTarget(team="T2"),
        ReplyTarget(URL, button=True),
        ReplyTarget(URL, shortcut=True),
        ReplyTarget(URL, shortcut=True, unanswered_thread=True),
    ],
)
def test_a_reply_target_is_parsed_from_its_string_form(target: ReplyTarget) -> None:
    assert ReplyTarget.parse(str(target)) == target


@pytest.mark.parametrize(
    ("prefix", "typed", "text", "command", "argument"),
    [
        ("", "/model", "kimi", "model", "kimi"),
        ("wj-", "/wj-model", "kimi", "model", "kimi"),
        ("wj-", "/wanjie", "model kimi", "model", "kimi"),
        ("wj-", "/model", "kimi", "model", "kimi"),
        ("", "/wanjie", "imagine  a cat\nwith a hat", "imagine", "a cat\nwith a hat"),
        ("", "/wanjie", "/Model", "model", ""),
        ("", "/wanjie", "画 一只猫", "imagine", "一只猫"),
        ("", "/wanjie", "", "help", ""),
        ("", "/wanjie", "what is this", "what", "is this"),
    ],
)
def test_slash_commands_have_a_prefix_and_one_takes_them_all(
    prefix: str, typed: str, text: str, command: str, argument: str
) -> None:
    body = {"command": typed, "text": text, "channel_id": "D1", "user_id": "U1", "trigger_id": "1"}
    stored = json.dumps({"type": "slash_commands", "payload": body, "team": TEAM, "bot": BOT}).encode()
    incoming = read_event(stored, WorkspaceContext(command_prefix=prefix))

    assert incoming is not None
    assert (incoming.command, incoming.text, incoming.command_sign) == (command, argument, f"/{prefix}")
