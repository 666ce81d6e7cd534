# ruff: noqa: RUF001 - the signs and the punctuation of Chinese keyboards are meant
"""Commands as keyboards in China and elsewhere type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat.commands import COMMANDS
from core.chat.text.chinese_command_names import CHINESE_NAMES
from core.chat.text.normalize_width import to_half_width
from core.chat.text.typed_commands import TypedCommand, parse_typed_command, to_command_name


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/new", TypedCommand("/", "new", "")),
        ("／new", TypedCommand("/", "new", "")),
        ("！ｎｅｗ", TypedCommand("!", "new", "")),
        ("  !Model \n kimi-k2 ", TypedCommand("!", "model", "kimi-k2")),
        ("/model：kimi-k2", TypedCommand("/", "model", "kimi-k2")),
        ("/model　ＧＰＴ－４ｏ", TypedCommand("/", "model", "ＧＰＴ－４ｏ")),
        ("/new@some_bot, please", TypedCommand("/", "new", "please", "some_bot")),
        ("/帮助", TypedCommand("/", "help", "")),
        ("／帮助", TypedCommand("/", "help", "")),
        ("！模型 kimi-k2", TypedCommand("!", "model", "kimi-k2")),
        ("/画 一只猫", TypedCommand("/", "imagine", "一只猫")),
        ("/画一只猫，戴着帽子", TypedCommand("/", "imagine", "一只猫，戴着帽子")),
        ("/画图：一只猫", TypedCommand("/", "imagine", "一只猫")),
        ("/画@some_bot 一只猫", TypedCommand("/", "imagine", "一只猫", "some_bot")),
        ("/新对话", TypedCommand("/", "new", "")),
        ("/xyzzy 3", TypedCommand("/", "xyzzy", "3")),
        ("\u200e/new", TypedCommand("/", "new", "")),
        ("\ufeff \u202b/帮助", TypedCommand("/", "help", "")),
    ],
)
def test_a_command_is_read_after_its_sign(text: str, command: TypedCommand) -> None:
    assert parse_typed_command(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "", "new", "帮助", "/", "！", "// comment", "/usr/bin/env python", "/new-feature is a branch", "/speak你好",
        "!=", "!!new", "/etc.conf", "/停车场在哪里", "/今天天气怎么样", "！新对话框怎么做",
        "say /new", "<!new>", "/new<b>",
    ],
)  # fmt: skip
def test_other_words_are_not_commands(text: str) -> None:
    assert parse_typed_command(text) is None


def test_every_command_has_its_own_chinese_names() -> None:
    every = [chinese for names in CHINESE_NAMES.values() for chinese in names]

    assert set(CHINESE_NAMES) == {command.name for command in COMMANDS}
    assert len(every) == len(set(every))
    assert all(to_command_name(chinese) == name for name, names in CHINESE_NAMES.items() for chinese in names)


@given(st.text(max_size=40))
def test_parsing_never_raises_and_normalising_keeps_positions(text: str) -> None:
    parse_typed_command(text)

    assert len(to_half_width(text)) == len(text)
