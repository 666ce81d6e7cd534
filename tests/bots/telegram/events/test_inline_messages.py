"""Reading what people do in inline mode."""

from __future__ import annotations

import pytest

from bots.telegram.events.addressing import BotIdentity
from bots.telegram.events.inline_messages import find_inline_message
from bots.telegram.events.parse import parse_update
from core.chat.port.incoming import ChatRef, Choice, Incoming

BOT = BotIdentity(123456, "wanjie_bot")
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "de"}


def parse(kind: str, **body: object) -> Incoming | None:
    return parse_update({"update_id": 5, kind: {"from": ANN, **body}}, BOT)


def test_a_sent_question_is_a_thread_of_its_asker_s_private_chat() -> None:
    found = parse("chosen_inline_result", result_id="ask", query="why?", inline_message_id="AbC-_1")

    assert found is not None
    assert (str(found.chat), found.chat.parent) == ("tg:123456:7:inline.AbC-_1", ChatRef("tg", "123456", "7"))
    assert (found.text, found.message_id, found.direct, found.sender.locale) == ("why?", "AbC-_1", True, "de")
    assert find_inline_message(found.chat) == "AbC-_1"
    assert find_inline_message(ChatRef("tg", "123456", "7", "42")) == ""


def test_a_press_stops_an_answer_and_does_nothing_else() -> None:
    pressed = parse("callback_query", id="9", data="stop:tag 7 signature", inline_message_id="AbC-_1")

    assert pressed is not None
    assert (pressed.choice, pressed.reply_route) == (Choice("stop", "tag 7 signature"), "9")
    assert find_inline_message(pressed.chat) == "AbC-_1"
    assert parse("callback_query", id="9", data="model:kimi", inline_message_id="AbC-_1") is None


@pytest.mark.parametrize("kind", ["chosen_inline_result", "inline_query"])
def test_what_the_bot_cannot_answer_in_a_message_is_no_event(kind: str) -> None:
    assert parse(kind, id="1", result_id="ask", query="why?", inline_message_id="") is None
