# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""What stands between the bot's name and the words is cut by one rule."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat.text.bot_mention import remove_mentions, remove_separators

NAME = re.compile(r"@bot")


def cut(text: str) -> str:
    return remove_mentions(text, [found.span() for found in NAME.finditer(text)])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@bot hello", "hello"),
        ("@bot, hello", "hello"),
        ("@bot: hello", "hello"),
        ("@bot:hello", "hello"),
        ("@bot，你好", "你好"),
        ("@bot： 你好", "你好"),
        ("@bot、你好", "你好"),
        ("@bot — hello", "hello"),
        ("@bot——你好", "你好"),
        ("@bot - hello", "hello"),
        ("@bot! hello", "hello"),
        ("@bot... hello", "hello"),
        ("@bot,\u3000hello", "hello"),
        ("@bot,\n\nhello", "hello"),
        ("@bot @bot, hello", "hello"),
        ("@bot", ""),
        ("@bot:", ""),
        ("@bot!", ""),
        ("@bot :tada: hi", ":tada: hi"),
        ("@bot: :tada: hi", ":tada: hi"),
        ("@bot:tada: hi", ":tada: hi"),
        ("@bot:https://a.example/b:c", "https://a.example/b:c"),
        ("@bot :) hi", ":) hi"),
        ("@bot :-( hi", ":-( hi"),
        ("@bot -5 + 3?", "-5 + 3?"),
        ("@bot\n- milk\n- eggs", "- milk\n- eggs"),
        ("@bot !stop", "!stop"),
        ("@bot ！stop", "！stop"),
        ("@bot，/new", "/new"),
        ("@bot?", "?"),
        ("@bot .5 or 1?", ".5 or 1?"),
        ("@bot ~~no~~ yes", "~~no~~ yes"),
        ("@bot **bold**", "**bold**"),
        ("@bot!!! hello", "hello"),
        ("@bot -- hello", "hello"),
        ("@bot。你好", "你好"),
        ("@bot、教えて", "教えて"),
        ("@bot・教えて", "教えて"),
        ("@bot، مرحبا", "مرحبا"),
        ("@bot → hello", "hello"),
        ("@bot\u200b, \u2060hello", "hello"),
        ("@bot;) hi", ";) hi"),
        ("*@bot* hello", "hello"),
        ("_@bot_: hello", "hello"),
        ("`@bot`", ""),
        ("*@bot hello* there", "*hello* there"),
        ("(@bot) hello", "hello"),
        ("「@bot」翻译", "翻译"),
    ],
)
def test_a_leading_mention_is_removed_with_its_separator(text: str, words: str) -> None:
    assert cut(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("so @bot, why?", "so, why?"),
        ("hey @bot what is this", "hey what is this"),
        ("What, @bot, is this?", "What, is this?"),
        ("你好，@bot，帮我", "你好，帮我"),
        ("你好@bot 天气", "你好 天气"),
        ("你好@bot你好", "你好你好"),
        ("Hello! @bot: what is up", "Hello! what is up"),
        ("one\n@bot, two", "one\ntwo"),
        ("one @bot\ntwo", "one\ntwo"),
        ("please (@bot) help", "please help"),
        ("`a`@bot`b`", "`a``b`"),
        ("Thanks @bot :pray:", "Thanks :pray:"),
        ("Thanks @bot:pray:", "Thanks :pray:"),
        ("hey @bot !model", "hey !model"),
        ("hey @bot :) hi", "hey :) hi"),
        ("is it @bot .5?", "is it .5?"),
        ("hello @bot : fine", "hello: fine"),
        ("please (cc @bot) help", "please (cc) help"),
        ("hello @bot", "hello"),
        ("hello, @bot", "hello"),
        ("hello, @bot!", "hello!"),
        ("你好，@bot", "你好"),
        ("hello @bot?", "hello?"),
        ("why was @bot's answer bad?", "why was @bot's answer bad?"),
    ],
)
def test_a_mention_within_a_sentence_leaves_no_gap(text: str, words: str) -> None:
    assert cut(text) == words


@given(st.lists(st.sampled_from(["@bot", ",", "，", ":", " ", "\n", "one", "二", "-3", "(x)", "`c`"]), max_size=12))
def test_only_mentions_blanks_and_separators_are_removed(parts: list[str]) -> None:
    text = "".join(parts)
    kept = [character for character in NAME.sub("", text) if character not in " \n,，:"]

    assert [character for character in cut(text) if character not in " \n,，:"] == kept


@given(st.text())
def test_a_text_without_a_mention_loses_only_outer_blanks(text: str) -> None:
    assert remove_mentions(text, []) == text.strip()


def test_a_command_s_argument_has_no_separator() -> None:
    assert [remove_separators(text) for text in (": a cat", "，一只猫", " --ar 16:9", "", "a, b")] == [
        "a cat",
        "一只猫",
        "--ar 16:9",
        "",
        "a, b",
    ]
