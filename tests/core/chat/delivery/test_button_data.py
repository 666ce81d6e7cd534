"""A button is what the service made, pressed where the service put it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access import SigningKey
from core.chat.delivery.button_data import ButtonData, parse_pressed_button
from core.chat.port.incoming import ChatRef, Choice, Incoming, Sender

KEY = SigningKey(b"key")
CHAT = ChatRef("tg", "1", "-100", "5")
DATA = ButtonData("0123456789ab", "1001")
GENUINE = DATA.sign(KEY, CHAT, "imagine", "again")


def press(value: str, *, name: str = "imagine", chat: ChatRef = CHAT, message: str = "9") -> Incoming:
    return Incoming(chat, "1", message, Sender("1001"), choice=Choice(name, value))


def is_genuine(pressed: Incoming, key: SigningKey = KEY) -> bool:
    assert pressed.choice is not None
    return parse_pressed_button(pressed.choice.value).is_genuine(key, pressed)


def test_a_button_says_what_it_was_made_for() -> None:
    pressed = parse_pressed_button(GENUINE)

    assert is_genuine(press(GENUINE))
    assert (pressed.data, pressed.action) == (DATA, "again")


def test_a_button_of_a_private_chat_works_whether_its_threads_are_apart_or_not() -> None:
    thread = ChatRef("sl", "T", "D", "5.1")
    made_apart, made_together = (DATA.sign(KEY, chat, "imagine", "again") for chat in (thread, thread.parent))
    presses = [
        replace(press(value, chat=chat), direct=True, thread=thread.thread)
        for value in (made_apart, made_together)
        for chat in (thread, thread.parent)
    ]

    assert [is_genuine(pressed) for pressed in presses] == [True] * 4
    assert not is_genuine(replace(presses[1], thread="6.1"))
    assert not is_genuine(replace(presses[1], direct=False))


@pytest.mark.parametrize(
    "forged",
    [
        press(""),
        press("0123456789ab 1001"),
        press("0123456789ab 1001 again"),
        press(GENUINE.replace("1001", "1002")),
        press(GENUINE.replace("1001", "*")),
        press(GENUINE.replace("0123456789ab", "ba9876543210")),
        press(GENUINE.replace("0123456789ab", "")),
        press(GENUINE.replace("again", "vary")),
        press(GENUINE.removesuffix(" again")),
        press(GENUINE, name="stop"),
        press(GENUINE, chat=replace(CHAT, chat="-200")),
        press(GENUINE, chat=replace(CHAT, account="2")),
        press(GENUINE, chat=replace(CHAT, platform="sl")),
        press(GENUINE, chat=replace(CHAT, thread="6")),
        press(GENUINE, chat=CHAT.parent),
        press(GENUINE.replace(GENUINE.split(" ")[2], "AAAAAAAAAAAA")),
        press(GENUINE.replace(GENUINE.split(" ")[2], "ÄÖÜßÄÖÜßÄÖÜß")),
    ],
)
def test_a_button_that_the_service_did_not_make_here_is_none(forged: Incoming) -> None:
    assert not is_genuine(forged)


def test_a_button_made_with_another_key_is_none() -> None:
    assert not is_genuine(press(GENUINE), SigningKey(b"another"))


def test_a_message_that_became_the_first_of_a_thread_keeps_its_buttons() -> None:
    value = DATA.sign(KEY, CHAT.parent, "imagine", "again")

    assert is_genuine(press(value, message="5"))
    assert not is_genuine(press(value, message="6"))


@given(
    st.from_regex(r"-?[0-9]{1,15}|[A-Z0-9]{9,12}|\*", fullmatch=True),
    st.sampled_from([("stop", ""), ("retry", ""), ("continue", ""), ("speak", "parts"), ("imagine", "again")]),
)
def test_every_button_fits_in_telegram_s_64_bytes(owner: str, button: tuple[str, str]) -> None:
    name, action = button
    value = ButtonData("0123456789ab", owner).sign(KEY, CHAT, name, action)

    assert len(value.encode()) <= 48
    assert is_genuine(press(value, name=name))


@given(st.text())
def test_any_value_is_read(value: str) -> None:
    assert not is_genuine(press(value))
