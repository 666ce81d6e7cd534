"""Nobody who asks like a program is answered for ever."""

from __future__ import annotations

from dataclasses import replace

from core.chat.events.loop_limit import LoopLimit
from core.chat.port.incoming import ChatRef, Choice, Incoming, Sender

_PERSON = Incoming(ChatRef("tg", "1", "-100"), event_id="1", message_id="1", sender=Sender("7"))
_CHANNEL = replace(_PERSON, sender=Sender("-5", shared=True))


def _answered(limit: LoopLimit, question: Incoming, asked: int = 500) -> int:
    answered = 0
    for _ in range(asked):
        if not limit.is_reached(question):
            limit.count(question)
            answered += 1
    return answered


def test_a_sender_in_a_group_is_answered_so_often_and_others_go_on() -> None:
    limit = LoopLimit()

    assert _answered(limit, _PERSON) == 120
    assert _answered(limit, _CHANNEL) == 30
    assert not limit.is_reached(replace(_PERSON, sender=Sender("8")))
    assert not limit.is_reached(replace(_PERSON, chat=ChatRef("tg", "1", "-200")))


def test_private_chats_and_presses_have_no_such_limit() -> None:
    limit = LoopLimit()

    assert _answered(limit, replace(_PERSON, direct=True)) == 500
    assert _answered(limit, replace(_PERSON, choice=Choice("model", "x"))) == 500


def test_what_waits_for_the_store_is_not_counted() -> None:
    limit = LoopLimit()

    assert not any(limit.is_reached(_PERSON) for _ in range(500))
