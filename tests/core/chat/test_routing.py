"""Which words are a command."""

import pytest

from core.chat.commands import routed
from core.chat.message import ChatRef, Incoming, Sender


def read(text: str, *, mentioned: bool = False) -> tuple[str, str]:
    message = Incoming(
        event_id="1",
        chat=ChatRef("tg", "1", "7"),
        message_id="1",
        sender=Sender("7", "Ann"),
        text=text,
        mentioned=mentioned,
    )
    found = routed(message)
    return found.command, found.text


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ("!imagine", ""),
        ("!imagine a red fox", "a red fox"),
        ("!imagine\na red fox", "a red fox"),
        (" !Imagine \n a red fox\n  in the snow \n", "a red fox\n  in the snow"),
        ("!imagine\u3000雪地里的狐狸", "雪地里的狐狸"),
    ],
)
def test_a_sign_makes_a_command_whatever_blank_follows(text: str, argument: str) -> None:
    assert read(text) == ("imagine", argument)


@pytest.mark.parametrize("text", ["imagine you are a pirate", "speak up, please", "model\nkimi k2 is what I use", ""])
def test_a_sentence_behind_the_name_is_a_question(text: str) -> None:
    assert read(text, mentioned=True) == ("", text)


def test_a_bare_command_behind_the_name_is_one() -> None:
    assert read("model\nkimi-k2", mentioned=True) == ("model", "kimi-k2")
    assert read("model kimi-k2") == ("", "model kimi-k2")
