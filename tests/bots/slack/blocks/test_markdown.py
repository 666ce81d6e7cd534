# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Render a model's Markdown safely and step by step."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyromark import Markdown

from bots.slack.blocks.markdown import (
    list_mentioned,
    neutralize_mentions,
    render_markdown,
    strip_protection,
)
from bots.slack.blocks.notification_text import notification_text
from core.chat.text.emphasis_repair import fix_cjk_emphasis

_JOINER = "\u2060"
_NAMES = {"@U1": "Ann *Lee*_", "#C1": "general", "@U2": "", "@W9": "<!channel> here"}
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
    ]
)
_tricks = st.sampled_from(
    [
        "`",
        "<!here>",
        "<!",
        "here>",
        "\n",
        "a",
        "```",
        "~~~",
        "|",
        "|-|-|",
        "- ",
        "> ",
        "    ",
        "<!A",
        "\\",
        "&#60;",
        "&#33;",
        "$",
        "\n\n",
        "（",
        "：",
    ]
)
"""What makes a reader of Markdown take something for code, or not, and other spellings of a mention."""
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
    assert mention not in render_markdown(f"so {mention} do", final=True)
    assert strip_protection(render_markdown(f"so {mention} do", final=True)) == f"so {mention} do"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ask <@U1> in <#C1>.", "Ask @Ann Lee in #general."),
        ("<@U1|boss>, see <#C1|x>", "@Ann Lee, see #general"),
        ("`<@U1>`", "`<@U1>`"),
        ("<@U2>", f"<{_JOINER}@U2>"),
        ("<@W9>", "@channel here"),
    ],
)
def test_who_is_mentioned_is_shown_by_name(text: str, shown: str) -> None:
    assert render_markdown(text, final=True, names=_NAMES) == shown
    assert list_mentioned(text) == re.findall("[@#][UCW][0-9]", text)
    if "`" not in text:
        assert neutralize_mentions(text, final=True, names=_NAMES) == shown


@pytest.mark.parametrize(
    "text",
    ["a < b", "<!DOCTYPE html>", "<stdio.h>", "List<@Nullable T>", "<@button/>", "Contact @name", "npm i @types/node"],
)
def test_text_that_is_no_mention_is_unchanged(text: str) -> None:
    assert strip_protection(render_markdown(text, final=True)) == text
    assert _JOINER not in render_markdown(text, final=True)


def test_an_escaped_dollar_sign_stays_escaped() -> None:
    assert render_markdown("costs \\$5", final=True) == "costs \\$5"
    assert notification_text("costs \\$5") == "costs $5"


@pytest.mark.parametrize("code", ["`<@U1> <!channel>`", "```\n<@U1>\n<!here>\n```", "    <@U1> __init__ 2*3*4"])
def test_code_is_unchanged(code: str) -> None:
    assert render_markdown(f"{code}\n", final=True) == f"{code}\n"


@given(_texts)
def test_no_text_is_lost(text: str) -> None:
    shown = render_markdown(text, final=True).replace(_JOINER, "")

    assert re.sub(r"[\\<>]", "", shown) == re.sub(r"[\\<>]", "", fix_cjk_emphasis(text).replace(_JOINER, ""))


@given(_texts | st.lists(_tricks).map("".join))
@example("<!A`<!HERE`")
@example("- ```\n<!here>")
@example("| `a|<!here>` | b |\n|---|---|")
@example("`a|<!here>`\n-|-")
@example("&#60;!here>")
@example("<&#33;here> <\\!here>")
@example("$<!here>$ \\(<!here>\\)")
@example("[`](`<!here>`)")
@example("> ```\n<!here>")
@example("<a b='\n`<!here>`'>")
def test_no_mention_remains_at_any_cut_of_the_text(text: str) -> None:
    for final in (True, False):
        read = Markdown().html(render_markdown(text, final=final, names=_NAMES))
        shown = html.unescape(re.sub(r"<code.*?</code>", "`", read, flags=re.DOTALL))

        assert not re.search(r"<(!(channel|here|everyone)\b|@[UW]\d+[>|]|#C\d+[>|])", shown, re.IGNORECASE)


@given(st.lists(_pieces, max_size=12) | st.lists(_tricks, max_size=12))
@example(["`", "`", "`", "<!here>", "`"])
@example(["`", "&lt;", "&lt;", "<"])
def test_rendered_text_only_grows(pieces: list[str]) -> None:
    text, shown = "", ""
    for piece in pieces:
        text += piece
        step = render_markdown(text, final=False, names=_NAMES)

        assert step.startswith(shown)

        shown = step
    assert render_markdown(text, final=True, names=_NAMES).startswith(shown)


def test_only_a_possible_mention_is_held_back() -> None:
    assert render_markdown("hello", final=False) == "hello"
    assert render_markdown("1 < 2", final=False) == "1 < 2"
    assert render_markdown("hello <!cha", final=False) == "hello "
    assert render_markdown("hello <!chat\n", final=False) == "hello \\<!chat\n"
    assert render_markdown("hello <@Bo", final=False) == "hello <@Bo"
    assert render_markdown("hello <@U", final=False) == "hello "
    assert render_markdown("hello `<@U1>", final=False) == "hello `"


def test_cjk_emphasis_is_fixed_before_it_is_shown() -> None:
    assert render_markdown("看 **注意：**", final=False) == "看 "
    assert render_markdown("看 **注意：**请", final=False) == "看 **注意**：请"
    assert render_markdown("看 **注意：请", final=True) == "看 **注意：请"


@given(st.text(max_size=8000))
def test_a_notification_is_short_and_escaped(text: str) -> None:
    shown = notification_text(text)

    assert len(shown) <= 3000
    assert "<" not in shown
    assert ">" not in shown


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("# Title\n\n**Bold** and `x < y`, [docs](https://e.org)", "Title\nBold and x ‹ y, docs"),
        ("if a &lt; b &amp;&amp; c", "if a ‹ b && c"),
        ("- one\n- two\n\n```py\nx\n```", "• one\n• two\nx"),
        ("1. one\n   - two\n     ```sh\n     ls -la\n     ```\n2. three", "1. one\n• two\nls -la\n2. three"),
        ("1. one\n\n   more\n\n2. two", "1. one\nmore\n2. two"),
        ("| a | b |\n|---|---|\n| `x|y` | z |", "a  b\nx|y  z"),
        ("| a | b |\n|---|---|\n| 1<br>2 | COUNT(\\*) |", "a  b\n1\n2  COUNT(*)"),
        ("<https://e.org/_a_> <@U1>", "https://e.org/_a_ ‹@U1›"),
    ],
)
def test_a_notification_has_no_marks_or_entities(markdown: str, said: str) -> None:
    assert notification_text(markdown) == said


@pytest.mark.parametrize("text", ["x~2~ and H~2~O", "==mark== and ++ins++", "It was ||the butler||."])
def test_marks_that_slack_lacks_are_shown_as_written(text: str) -> None:
    assert strip_protection(render_markdown(text, final=True)) == text
    assert notification_text(text) == text


def test_a_long_notification_is_truncated() -> None:
    assert len(notification_text("a" * 4000)) == 3000


@pytest.mark.parametrize("unit", ["]", "]:", "#http://", "`a`<b>", "`<!channel>` "])
def test_each_character_costs_the_same(unit: str) -> None:
    begun = time.thread_time()

    render_markdown((unit * 24_000)[:24_000], final=False)

    assert time.thread_time() - begun < 1.5  # 0.15 s; with time that grows with the square it takes 3 to 10 s
