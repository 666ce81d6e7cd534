"""How often a person who may not use the bot is told so in the messages that announce an answer."""

from __future__ import annotations

from core.chat.events.take_back_limit import TakeBackLimit


def test_a_person_has_twenty_messages_until_an_hour_without_any() -> None:
    now = [0.0]
    limit = TakeBackLimit(lambda: now[0])
    admitted = [limit.admits("tg:1") for _ in range(25)]
    other = limit.admits("tg:2")
    now[0] += 3601.0

    assert admitted == [True] * 20 + [False] * 5
    assert other
    assert limit.admits("tg:1")
