# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Markdown of a model, made safe and shown step by step."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyromark import Markdown

from bots.slack.blocks.markdown import bare, notification, stable
from core.chat.text.cjk_emphasis import fix_cjk_emphasis

_JOINER = "\u2060"
_pieces = st.sampled_from(
    [
        "<",
        "!",
        "<!",
        "<!chan",
        "nel>",
        "<!here>",
        "<@",
        "U1>",
        "@U1",
        "<#C1|x>",
        "<@W9>",
        "a",
        " ",
        "&lt;",
        "`",
        "\n",
        "é😀",
        "**",
        "注",
        "（",
        "：",
    ]
)
_texts = st.one_of(st.text(), st.lists(_pieces).map("".join))


@pytest.mark.parametrize(
    "mention",
    [
        "<!channel>",
        "<!here>",
        "<!everyone>",
        "<!Channel|x>",
        "<!subteam^S1|@t>",
        "<!group>",
        "<@U1>",
        "<@W1|n>",
        "<#C1>",
    ],
)
def test_a_mention_from_a_model_pings_nobody(mention: str) -> None:
    assert mention not in stable(f"so {mention} do", final=True)
    assert bare(stable(f"so {mention} do", final=True)) == f"so {mention} do"


@pytest.mark.parametrize(
    "text",
    ["a < b", "<!DOCTYPE html>", "<stdio.h>", "List<@Nullable T>", "<@button/>", "Contact @name", "npm i @types/node"],
)
def test_what_is_no_mention_stays_as_it_is(text: str) -> None:
    assert bare(stable(text, final=True)) == text
    assert _JOINER not in stable(text, final=True)


@pytest.mark.parametrize("code", ["`<@U1> <!channel>`", "```\n<@U1>\n<!here>\n```", "    <@U1> __init__ 2*3*4"])
def test_code_is_left_alone(code: str) -> None:
    assert stable(f"{code}\n", final=True) == f"{code}\n"


@given(_texts)
def test_no_word_is_lost(text: str) -> None:
    shown = stable(text, final=True).replace(_JOINER, "")

    assert re.sub(r"[\\<>]", "", shown) == re.sub(r"[\\<>]", "", fix_cjk_emphasis(text).replace(_JOINER, ""))


@given(_texts)
def test_no_mention_survives_wherever_the_text_ends(text: str) -> None:
    for final in (True, False):
        read = Markdown().html(stable(text, final=final))
        shown = html.unescape(re.sub(r"<code.*?</code>", "`", read, flags=re.DOTALL))

        assert not re.search(r"<(!(channel|here|everyone)\b|@[UW]\d+[>|]|#C\d+[>|])", shown, re.IGNORECASE)


@given(st.lists(_pieces, max_size=12))
def test_what_is_shown_never_has_to_be_taken_back(pieces: list[str]) -> None:
    text, shown = "", ""
    for piece in pieces:
        text += piece
        step = stable(text, final=False)

        assert step.startswith(shown)

        shown = step
    assert stable(text, final=True).startswith(shown)


def test_only_what_may_become_a_mention_is_held_back() -> None:
    assert stable("hello", final=False) == "hello"
    assert stable("1 < 2", final=False) == "1 < 2"
    assert stable("hello <!cha", final=False) == "hello "
    assert stable("hello <!chat\n", final=False) == "hello <!chat\n"
    assert stable("hello <@Bo", final=False) == "hello <@Bo"
    assert stable("hello <@U", final=False) == "hello "
    assert stable("hello `<@U1>", final=False) == "hello `"


def test_a_mark_that_chinese_text_breaks_is_mended_before_it_is_shown() -> None:
    assert stable("看 **注意：**", final=False) == "看 "
    assert stable("看 **注意：**请", final=False) == "看 **注意**：请"
    assert stable("看 **注意：请", final=True) == "看 **注意：请"


@given(st.text(max_size=8000))
def test_a_notification_is_short_and_escaped(text: str) -> None:
    shown = notification(text)

    assert len(shown) <= 3000
    assert "<" not in shown
    assert ">" not in shown


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("# Title\n\n**Bold** and `x < y`, [docs](https://e.org)", "Title\nBold and x ‹ y, docs"),
        ("if a &lt; b &amp;&amp; c", "if a ‹ b && c"),
        ("- one\n- two\n\n```py\nx\n```", "• one\n• two\nx"),
        ("| a | b |\n|---|---|\n| 1<br>2 | COUNT(\\*) |", "a  b\n1\n2  COUNT(*)"),
        ("<https://e.org/_a_> <@U1>", "https://e.org/_a_ ‹@U1›"),
    ],
)
def test_a_notification_has_words_without_marks_or_entities(markdown: str, said: str) -> None:
    assert notification(markdown) == said


def test_a_long_notification_is_cut() -> None:
    assert len(notification("a" * 4000)) == 3000
