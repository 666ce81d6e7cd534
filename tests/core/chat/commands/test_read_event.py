"""When the thread of a message is read before it is answered."""

from __future__ import annotations

from dataclasses import replace

from core.chat.commands.read_event import may_have_news
from core.chat.port.incoming import ChatRef, Choice, Incoming, Sender


def test_in_a_private_chat_only_what_is_not_remembered_is_read() -> None:
    said = Incoming(ChatRef("sl", "T", "D", "5.1"), "m6.1", "6.1", Sender("U1"), "more", direct=True, thread="5.1")
    others = (replace(said, command="model"), replace(said, choice=Choice("retry", "x")))

    assert not may_have_news(said)
    assert may_have_news(said, is_remembered=False)
    assert may_have_news(replace(said, command="speak"), is_remembered=False)
    assert not any(may_have_news(other, is_remembered=False) for other in others)
