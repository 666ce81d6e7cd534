"""What the pages of an answer show: no mark that the whole would not show, and code byte for byte."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from pyromark import Markdown, Options

from core.chat.delivery.answer_buffer import AnswerBuffer
from core.chat.delivery.answer_text import TextChunk
from core.chat.delivery.page_text import PageText
from core.chat.port.page import Page
from core.chat.text.page_breaks import find_page_end, measure_page, utf16_length

LIMIT = 400
WORDS = st.lists(
    st.sampled_from(["one", "two.", "three,", "naïve", "注意。", "5%", "(six)", "🙂"]), min_size=1, max_size=9
)
PLAIN = WORDS.map(" ".join)
LETTERS = st.lists(st.sampled_from(["one", "two.", "three", "and"]), min_size=1, max_size=8).map(" ".join)
INLINE = st.one_of(
    PLAIN,
    LETTERS.map(lambda words: f"**{words} so**"),
    LETTERS.map(lambda words: f"*{words} so*"),
    LETTERS.map(lambda words: f"~~{words} so~~"),
    LETTERS.map(lambda words: f"`{words}`"),
    LETTERS.map(lambda words: f"[{words}](https://e.org/a_b_c?d=e)"),
    LETTERS.map(lambda words: f"**{'. '.join([words] * 6)}**"),
)
PARAGRAPH = st.lists(INLINE, min_size=1, max_size=8).map(" ".join)
CODE = st.lists(st.sampled_from(["    x = [", "        **a**,", "", "y = 1. # so"]), min_size=2, max_size=12).map(
    lambda lines: "```py\n" + "\n".join(["def f():", *lines, "end"]) + "\n```"
)
ITEM = st.lists(PARAGRAPH, min_size=1, max_size=4)
NUMBERED = st.lists(ITEM, min_size=1, max_size=4).map(
    lambda items: "\n\n".join("1. " + "\n\n    ".join(paragraphs) for paragraphs in items)
)
NESTED = st.lists(ITEM, min_size=1, max_size=3).map(
    lambda items: "- top\n" + "\n".join("    - " + "\n\n      ".join(paragraphs) for paragraphs in items)
)
TABLE = st.lists(PLAIN, min_size=1, max_size=6).map(
    lambda cells: "| a | b |\n|---|---|\n" + "\n".join(f"| {cell} | **b** |" for cell in cells)
)
HEADING = PLAIN.map(lambda words: f"## {words}")
BLOCK = st.one_of(PARAGRAPH, CODE, NUMBERED, NESTED, TABLE, HEADING)
MARKDOWN = st.lists(BLOCK, min_size=1, max_size=6).map("\n\n".join)
QUICKLY = settings(max_examples=40, phases=[Phase.explicit, Phase.generate])


def pages_of(text: str) -> list[str]:
    growing = AnswerBuffer()
    growing.add(TextChunk(text))
    shown, page, bodies = PageText(growing), Page(start=0), list[str]()
    while True:
        space = measure_page(text, page.start, LIMIT, page.opening)
        if (end := find_page_end(text, space)) is None:
            return [*bodies, shown.cut_body(page, None)]
        begun = shown.find_begun_spans(page, end, space.stop)
        following = Page(start=end, opening=shown.find_next_opening(page, end, space.stop, begun))
        bodies.append(shown.cut_body(replace(page, end=end), following))
        page = following


def raw_marks(markdown: str) -> list[str]:
    """The marks that a reader sees, outside of code."""
    shown = Markdown(options=Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TABLES).html(markdown)
    prose = re.sub(r"<pre><code class.*?</code></pre>|<code>.*?</code>", "", shown, flags=re.DOTALL)
    return re.findall(r"\*+|~~+|`+|\]\(|\|\s*-", html.unescape(re.sub(r"<[^>]*>", "", prose)))


def code_of(markdown: str) -> str:
    return "\n".join(re.findall(r"^```py\n(.*?)\n```", markdown, flags=re.DOTALL | re.MULTILINE))


@given(MARKDOWN)
@QUICKLY
@example("1. one\n\n    **two** " + "three. " * 60 + "\n\n    **four** five\n\n    `six`")
@example("word " * 60 + "**" + "bold. " * 40 + "end** and [a link. with words](https://e.org) " + "word " * 60)
@example("word " * 76 + "and [two words](https://e.org/a) " + "word " * 20)
@example("word " * 45 + "and [two words](https://e.org/" + "a" * 150 + ") " + "word " * 20)
def test_no_page_shows_a_mark_that_the_whole_text_would_not_show(text: str) -> None:
    whole = raw_marks(text)
    for page in pages_of(text):
        assert len(raw_marks(page)) <= len(whole), page


@given(MARKDOWN)
@QUICKLY
def test_every_page_fits_into_a_message(text: str) -> None:
    assert all(utf16_length(page) <= LIMIT + len("**~~`") for page in pages_of(text))


@given(MARKDOWN, st.integers(0, 3000))
@QUICKLY
def test_a_full_page_never_changes_when_the_answer_grows(text: str, length: int) -> None:
    full = pages_of(text[:length])[:-1]

    assert pages_of(text)[: len(full)] == full


@given(MARKDOWN, st.integers(0, 3000))
@QUICKLY
def test_the_last_page_only_grows(text: str, length: int) -> None:
    *full, growing = pages_of(text[:length])
    later = pages_of(text)[len(full)]

    assert later.startswith(growing[: measure_page(growing, 0, LIMIT).sure - len("```py\n")].rstrip("`*~\n "))


@pytest.mark.parametrize("link", ["[two words](https://e.org/a?b=" + "c" * 150 + ")", "https://e.org/a?b=" + "c" * 150])
@pytest.mark.parametrize("words", range(30, 76, 5))
def test_a_link_that_fits_on_a_page_is_not_cut_in_two(link: str, words: int) -> None:
    pages = pages_of("word " * words + link + " word" * 90)

    assert sum(link in page for page in pages) == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See [the", "See "),
        ("See [the docs](https://e.org/a_(b)", "See "),
        ("See [the docs](https://e.org/a_(b))", "See [the docs](https://e.org/a_(b))"),
        ("See https://e.org/c", "See "),
        ("See https://e.org/c now", "See https://e.org/c now"),
        ("See [1] and x[i", "See [1] and x"),
        ("```py\nx = a[1 + b", "```py\nx = a[1 + b"),
        ("See [" + "so " * 90, "See [" + "so " * 90),
    ],
)
def test_a_step_does_not_show_the_beginning_of_a_link(text: str, shown: str) -> None:
    assert text[: measure_page(text, 0, LIMIT).sure] == shown


@given(st.lists(CODE, min_size=1, max_size=4).map("\n\n".join))
@QUICKLY
@example(
    "```py\ndef f():\n" + "y = 1. # so\n" * 31 + "end\n```\n\n```py\ndef f():\n" + "y = 1. # so\n" * 3 + "end\n```"
)
def test_code_is_the_same_on_pages_as_in_one_piece(text: str) -> None:
    assert code_of("\n".join(pages_of(text))).replace("\n\n", "\n") == code_of(text).replace("\n\n", "\n")


@pytest.mark.parametrize("lead", ["", "- "])
def test_a_page_that_begins_in_code_keeps_the_indentation_of_its_line(lead: str) -> None:
    lines = [f"        line {number}" for number in range(60)]
    indent = " " * len(lead)
    text = lead + "```py\n" + "\n".join(indent + line for line in lines) + f"\n{indent}```"
    first, second, *_ = pages_of(text)

    assert second.startswith("```py\n        line ")
    assert first.endswith("\n```")
