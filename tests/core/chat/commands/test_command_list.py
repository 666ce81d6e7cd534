# ruff: noqa: RUF001 - the signs and the punctuation of Chinese keyboards are meant
"""Which words are a command."""

import pytest

from core.chat.commands import parse_command
from core.chat.port.incoming import ChatRef, Incoming, Sender


def read(text: str, *, mentioned: bool = False) -> tuple[str, str]:
    message = Incoming(
        event_id="1",
        chat=ChatRef("tg", "1", "7"),
        message_id="1",
        sender=Sender("7", "Ann"),
        text=text,
        mentioned=mentioned,
    )
    found = parse_command(message)
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
def test_a_slash_or_exclamation_mark_makes_a_command_before_any_blank(text: str, argument: str) -> None:
    assert read(text) == ("imagine", argument)


@pytest.mark.parametrize("text", ["imagine you are a pirate", "speak up, please", "model\nkimi k2 is what I use", ""])
def test_a_sentence_after_the_mention_is_a_question(text: str) -> None:
    assert read(text, mentioned=True) == ("", text)


def test_a_bare_command_after_the_mention_is_a_command() -> None:
    assert read("model\nkimi-k2", mentioned=True) == ("model", "kimi-k2")
    assert read("model kimi-k2") == ("", "model kimi-k2")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("！model", ("model", "")),
        ("/new", ("new", "")),
        ("／model kimi-k2", ("model", "kimi-k2")),
        ("/帮助", ("help", "")),
        ("！画 一只猫", ("imagine", "一只猫")),
    ],
)
def test_full_width_signs_make_a_command(text: str, command: tuple[str, str]) -> None:
    assert read(text) == read(text, mentioned=True) == command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("帮助", ("help", "")),
        ("停", ("stop", "")),
        ("ｎｅｗ", ("new", "")),
        ("模型 kimi-k2", ("model", "kimi-k2")),
        ("画 一只猫 戴着 帽子", ("imagine", "一只猫 戴着 帽子")),
        ("朗读 早上好", ("speak", "早上好")),
    ],
)
def test_a_chinese_command_name_after_the_mention_is_a_command(text: str, command: tuple[str, str]) -> None:
    assert read(text, mentioned=True) == command


@pytest.mark.parametrize(
    "text",
    [
        "new ideas please?",
        "new?",
        "画得真好",
        "画一只猫好吗",
        "继续说说你的想法",
        "系统 是什么意思",
        "/xyzzy",
        "！important",
    ],
)
def test_prose_is_not_a_command(text: str) -> None:
    assert read(text, mentioned=True) == ("", text)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("`!model`", ("model", "")),
        ("*!model kimi-k2*", ("model", "kimi-k2")),
        ("```/new```", ("new", "")),
    ],
)
def test_a_formatted_command_is_a_command(text: str, command: tuple[str, str]) -> None:
    assert read(text) == read(text, mentioned=True) == command


@pytest.mark.parametrize("text", ["`/new` and `/stop` do what?", "`rm -rf`", "*model* is a word", "**"])
def test_a_command_quoted_in_a_sentence_is_not_run(text: str) -> None:
    assert read(text, mentioned=True) == ("", text)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stop!", ("stop", "")),
        ("Stop.", ("stop", "")),
        ("停止。", ("stop", "")),
        ("帮助！", ("help", "")),
        ("`stop`", ("stop", "")),
        ("imagine: a cat", ("imagine", "a cat")),
        ("画图：一只猫", ("imagine", "一只猫")),
        ("Speak : good morning, all of you", ("speak", "good morning, all of you")),
        ("model: kimi-k2", ("model", "kimi-k2")),
    ],
)
def test_a_bare_command_may_end_with_punctuation_or_have_a_colon(text: str, command: tuple[str, str]) -> None:
    assert read(text, mentioned=True) == command
    assert read(text) == ("", text)


@pytest.mark.parametrize("text", ["help: my code fails", "system: you are a pirate", "stop! that is wrong"])
def test_punctuation_makes_no_other_sentence_a_command(text: str) -> None:
    assert read(text, mentioned=True) == ("", text)
