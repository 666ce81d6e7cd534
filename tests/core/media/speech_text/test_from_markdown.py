# ruff: noqa: RUF001 - the stops of Chinese text and the sign of multiplication are meant
"""Markdown as it is said aloud."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media.speech_text.from_markdown import SpokenPlaceholders, to_speakable_text

ENGLISH = SpokenPlaceholders(code="Here is some code", table="Here is a table.", link="a link", language="en")
CHINESE = SpokenPlaceholders(code="这里有一段代码", table="这里有一张表格。", link="一个链接", language="zh")
PLAIN = st.text(st.sampled_from("abcXYZ好的。，019 .,?!\n'“”"), max_size=200)
MARKDOWN = st.lists(
    st.sampled_from([*"ab1 好\n*_`~#>|-+[]()!<&;\\$^{}:/.👍😀\u200d\ufe0f\x1f\ud800", "http://", "```", "\n|-|-|\n"])
).map("".join)


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("## Fruit\nApples *and* **pears**", "Fruit.\nApples and pears."),
        ("- one\n- two!\n  - three", "one.\ntwo!\nthree."),
        ("1. open\n2. close", "1. open.\n2. close."),
        ("3) third", "3. third."),
        ("5.", "5."),
        ("1. 2. two", "1.\n2. two."),
        ("- [x] done\n- [ ] open", "done.\nopen."),
        ("> so\n> it is", "so it is."),
        ("one\n\n---\n\ntwo", "one.\ntwo."),
        ("~~gone~~ here", "gone here."),
        ("run `make all` now", "run make all now."),
        ("Look:\n```py\nprint(1)\n```\nDone.", "Look:\nHere is some code.\nDone."),
        ("Text\n\n    indented words", "Text.\nindented words."),
        ("see [the *page*](https://example.com/a_b)", "see the page."),
        ("![a cat](https://example.com/cat.png) sleeps", "a cat sleeps."),
        ("![](https://example.com/cat.png)", ""),
        ("at https://www.example.com/a/b_c?d=e#f.", "at example.com."),
        ("at <https://docs.example.com/x>, or http://10.0.0.1:80/y!", "at docs.example.com, or a link!"),
        ("(https://en.example.org/wiki/Foo_(bar))", "(en.example.org)."),
        ("mail me@example.com", "mail me@example.com."),
        ("<b>bold</b> and<br>broken &amp; H<sub>2</sub>O", "bold and broken & H2O."),
        ("<div>\nin a box\n</div>\n<!-- not this -->", "in a box."),
        ("vector<int> and List<String>", "vector<int> and List<String>."),
        ("if a<b and c>d", "if a<b and c>d."),
        ('<a name="x">one</a><img src="y.png"/> <span\nclass="z">two</span><BR>Three', "one two.\nThree."),
        ("<details open>\n<summary>More</summary>\nHere\n</details>", "More.\nHere."),
        ("a note[^1]\n\n[^1]: the note", "a note.\nthe note."),
        ("First line\nSecond line", "First line.\nSecond line."),
        ("a line that was\nwrapped", "a line that was wrapped."),
        ("**S**pecific, *M*easurable, un*believ*able", "Specific, Measurable, unbelievable."),
        ("Die **Haupt**stadt, der Haupt**bahnhof**", "Die Hauptstadt, der Hauptbahnhof."),
        ("a ~~mis~~take", "a mistake."),
        ('"Quoted."', '"Quoted."'),
        ("**unclosed and `open", "unclosed and open."),
    ],
)
def test_markup_is_not_spoken(markdown: str, said: str) -> None:
    assert to_speakable_text(markdown, ENGLISH) == said


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("costs 3.14, 1,000 or 50%", "costs 3.14, 1,000 or 50%."),
        ("2*3*4 and 5 * 6", "2 × 3 × 4 and 5 × 6."),
        ("x**2 or 2**3**4", "x^2 or 2^3^4."),
        ("C# and #python and issue #5", "C# and python and issue #5."),
        ("I use C#\nand F#", "I use C# and F#."),
        ("## In C# ##", "In C#."),
        ("2*x*y and 3**n**m", "2 × x × y and 3^n^m."),
        ("call __init__ of snake_case_names", "call init of snake case names."),
        ("this -> that → there", "this, that, there."),
        ("↑ 5 °C", "↑ 5 °C."),
        ("• one ▪ two ™", "one two."),
        (r"so \( \frac{a}{b} \times x^2 \leq \alpha \)", "so a / b × x² ≤ alpha."),
        ("\\[\n\\sqrt{x_1} \\to \\infty\n\\]", "√x 1, ∞."),
        ("in\u200bvi\u00adsi\x1fble", "invisible."),
        ("from $5 to $10", "from $5 to $10."),
        ("$E = mc^2$ and $$a < b$$", "E = mc² and a < b."),
        ("```sh\nkill $$\n```\nor\n```sh\necho $$\n```", "Here is some code.\nor.\nHere is some code."),
    ],
)
def test_numbers_and_signs_make_sense(markdown: str, said: str) -> None:
    assert to_speakable_text(markdown, ENGLISH) == said


@pytest.mark.parametrize(
    ("markdown", "english", "chinese"),
    [
        ("Well done 👍", "Well done, thumbs up.", "Well done, 拇指向上。"),
        ("做得好👍🏽！", "做得好，thumbs up！", "做得好，拇指向上！"),
        ("🎉🎉🎉 Hooray 🎉 !", "party popper, Hooray!", "拉炮彩带，Hooray!"),
        ("✅ One\n✅ Two", "check mark button, One.\nTwo.", "勾号按钮，One.\nTwo."),
        ("1️⃣ go to 🇨🇳", "1 go to, China.", "1 go to, 中国。"),
        ("👨‍👩‍👧", "family man woman girl.", "家庭 男人女人女孩。"),
    ],
)
def test_emoji_are_named_once_in_the_readers_language(markdown: str, english: str, chinese: str) -> None:
    assert to_speakable_text(markdown, ENGLISH) == english
    assert to_speakable_text(markdown, CHINESE) == chinese


def test_emoji_are_named_in_english_where_the_language_has_no_names_for_them() -> None:
    assert to_speakable_text("👍", SpokenPlaceholders("", "", "", "xx")) == "thumbs up."


def test_chinese_sentences_end_with_chinese_stops() -> None:
    markdown = "## 标题\n这是**重点：**内容，见https://example.com/页。\n1. 打开\n2. 关闭\n\n```\nx\n```"

    assert to_speakable_text(markdown, CHINESE).splitlines() == [
        "标题。",
        "这是重点：内容，见example.com页。",
        "1、打开。",
        "2、关闭。",
        "这里有一段代码。",
    ]


def test_a_small_table_is_read_row_by_row() -> None:
    markdown = "| Name | Age | |\n|---|--:|---|\n| **Ada** | 36 | x |\n| Bob | | |\n|||"

    assert to_speakable_text(markdown, ENGLISH) == "Ada, Age: 36, x.\nBob."
    assert to_speakable_text("|名字|年龄|\n|-|-|\n|小明|8|", CHINESE) == "小明，年龄：8。"
    assert to_speakable_text("| only | head |\n|-|-|", ENGLISH) == "only, head."


@pytest.mark.parametrize(
    "markdown",
    ["|a|b|\n|-|-|\n" + "|1|2|\n" * 7, "|a|b|c|d|e|\n|-|-|-|-|-|\n|1|2|3|4|5|", f"|a|\n|-|\n|{'long ' * 20}|"],
    ids=["rows", "columns", "cell"],
)
def test_a_large_table_is_only_mentioned(markdown: str) -> None:
    assert to_speakable_text(f"Look:\n\n{markdown}", ENGLISH) == "Look:\nHere is a table."


@pytest.mark.parametrize(
    "markdown",
    [
        *("", " \n ", "***", "……", "--", "<br>", "| |\n|-|", "!", "•"),
        *("```py\nx = 1\n```", "```\n1\n```\n***\n|a|b|\n|-|-|\n" + "|1|2|\n" * 7),
    ],
)
def test_text_without_words_is_empty(markdown: str) -> None:
    assert not to_speakable_text(markdown, ENGLISH)


@given(PLAIN)
def test_all_words_of_plain_text_are_spoken_in_order(text: str) -> None:
    assert re.findall(r"[^\W_]+", to_speakable_text(text, ENGLISH)) == re.findall(r"[^\W_]+", text)


@given(MARKDOWN)
def test_any_text_can_be_spoken(markdown: str) -> None:
    said = to_speakable_text(markdown, CHINESE)

    assert not set("*`|\x1f") & set(said.replace("\n", ""))
    assert all(any(map(str.isalnum, line)) for line in said.splitlines())


@given(st.lists(st.sampled_from(["one", "two", "三", "four"]), min_size=1), st.data())
def test_marks_around_words_are_removed(words: list[str], data: st.DataObject) -> None:
    around = st.sampled_from(["*{}*", "**{}**", "***{}***", "_{}_", "__{}__", "~~{}~~", "`{}`", "[{}](http://a.bc)"])
    prefix = data.draw(st.sampled_from(["", "# ", "- ", "> ", "* ", "### ", "> - "]))

    said = to_speakable_text(prefix + " ".join(data.draw(around).format(word) for word in words), ENGLISH)

    assert said.rstrip(".。") == " ".join(words)


@pytest.mark.parametrize("row", ["👍\u200d", " ", "\t", "=", "<!--", "<a =", "\\(", "$=", "$" + "=" * 590, "-", "\x1f"])
def test_repeated_characters_are_read_in_linear_time(row: str) -> None:
    """It would keep all other threads waiting for seconds."""
    assert to_speakable_text(f"one{row * (40_000 // len(row))}b", ENGLISH).startswith("one")


@pytest.mark.parametrize("row", ["=", " ", " =", "/", "= ", "a"])
def test_an_unclosed_tag_is_read_in_linear_time(row: str) -> None:
    """It would keep all other threads waiting for seconds."""
    assert "one" in to_speakable_text(f"<div {row * (40_000 // len(row))}\none", ENGLISH)
