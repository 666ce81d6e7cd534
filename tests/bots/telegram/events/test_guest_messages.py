"""Reading messages that call the bot into a chat in which it is no member."""

from __future__ import annotations

from typing import Any

from bots.telegram.events.addressing import BotIdentity
from bots.telegram.events.guest_messages import find_guest_query
from bots.telegram.events.inline_messages import find_inline_message
from bots.telegram.events.parse import parse_update
from core.chat.port.incoming import ChatRef, Incoming

BOT = BotIdentity(123456, "wanjie_bot")
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "de"}
CHAT = {"id": -42, "type": "group", "title": "Hike"}
SAID: dict[str, Any] = {"message_id": 3, "date": 1, "chat": CHAT, "from": {"id": 8, "first_name": "Bob"}, "text": "So?"}


def parse(**changes: object) -> Incoming | None:
    message = {"message_id": 4, "date": 1, "chat": CHAT, "from": ANN, "guest_query_id": "99"}
    return parse_update({"update_id": 5, "guest_message": message | changes}, BOT)


def test_it_is_a_thread_of_its_writer_s_private_chat_whatever_the_chat_is() -> None:
    found = parse(text="@wanjie_bot what is that?", reply_to_message=SAID)

    assert found is not None
    assert (str(found.chat), found.chat.parent) == ("tg:123456:7:guest.99", ChatRef("tg", "123456", "7"))
    assert (found.text, found.quoted, found.quoted_author, found.direct) == ("what is that?", "So?", "Bob", True)
    assert (find_guest_query(found.chat), find_inline_message(found.chat)) == ("99", "")
    assert find_guest_query(ChatRef("tg", "123456", "7", "42")) == ""


def test_what_nobody_asked_is_not_answered() -> None:
    assert parse(text="@wanjie_bot hi", **{"from": {"id": 9, "is_bot": True, "first_name": "Other"}}) is None
    assert parse(text="@wanjie_bot hi", guest_query_id="") is None
