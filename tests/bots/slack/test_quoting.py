"""The words of messages that are pressed on or used."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.slack.looks import Body, looks
from bots.slack.quoting import words
from bots.slack.render import stable
from core.chat.outbox import Button

_RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "See "}, {"type": "link", "url": "http://x"}],
        },
        {
            "type": "rich_text_list",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
            ],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a = 1"}]},
    ],
}


def test_a_person_s_message_is_its_words() -> None:
    assert words({"text": "<@UBOT> 1 &lt; 2, ask <@U7>", "blocks": [_RICH]}, "UBOT") == "1 < 2, ask @U7"


def test_an_answer_is_its_markdown_without_thinking_and_buttons() -> None:
    body = Body.of("I think. It is **four**.", 9, final=True)
    best = looks(body, [Button("Again", "retry", "1")])[0]

    assert best.blocks[0]["type"] == "task_card"
    assert words({"text": best.text, "blocks": list(best.blocks)}, "UBOT") == "It is **four**."


def test_thinking_without_an_answer_has_no_words() -> None:
    best, second, *_ = looks(Body.of("I think.", 8, final=True), [Button("Again", "retry", "1")])

    for look in (best, second):
        assert words({"text": look.text, "blocks": list(look.blocks)}, "UBOT") == ""


def test_small_print_beneath_the_words_of_another_app_is_no_thinking() -> None:
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Build 7* failed"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "main, 2 minutes ago"}]},
    ]

    assert words({"text": "Build 7 failed on main", "blocks": blocks}, "UBOT") == "Build 7 failed on main"


def test_a_message_without_a_text_says_what_is_attached() -> None:
    attached = [{"text": "Pull request &lt;7&gt;", "fallback": "x"}, {"fallback": "by <@U7>"}]

    assert words({"text": "", "attachments": attached}, "UBOT") == "Pull request <7>\nby @U7"
    assert words({"text": "Look:", "attachments": attached}, "UBOT") == "Look:"


def test_buttons_beneath_a_recording_tell_what_it_says() -> None:
    assert words({"text": "Hello", "blocks": [{"type": "actions", "elements": []}]}, "UBOT") == "Hello"


def test_a_text_that_was_cut_short_is_read_from_its_blocks() -> None:
    assert words({"text": "See http…", "blocks": [_RICH]}, "U") == "See http://x\none\ntwo\na = 1"
    assert words({"text": "and so on…"}, "U") == "and so on…"


@given(st.text())
def test_what_keeps_mentions_harmless_is_not_quoted(text: str) -> None:
    shown = stable(text, final=True)

    read = words({"blocks": [{"type": "markdown", "text": shown}]}, "U")

    assert re.sub(r"[\\<>]", "", read).strip() == re.sub(r"[\\<>]", "", text.replace("<\u2060", "<")).strip()


_ODD: list[dict[str, Any]] = [
    {},
    {"blocks": None},
    {"blocks": [None, {"type": "markdown"}]},
    {"text": 7, "blocks": "x"},
    {"attachments": [7, {}]},
]


@pytest.mark.parametrize("message", _ODD)
def test_odd_messages_are_survived(message: dict[str, Any]) -> None:
    assert words(message, "U") in {"", "7"}
