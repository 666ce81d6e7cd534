# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""First words in bold, before the mark that closes them has come."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pyromark import Markdown

from bots.slack.blocks.bold_first_words import FirstWords
from bots.slack.blocks.message_content import RenderedPage

_BEGINNINGS = st.tuples(
    st.sampled_from(["", "1. ", "- ", "# ", "\n"]),
    st.sampled_from(["**", "**Here", "***", "**注", "**Here is", "*it*"]),
).map("".join)
_PIECES = st.sampled_from(
    [
        *(
            "**",
            "*",
            "***",
            "~~",
            "_",
            "`",
            "$",
            "\\",
            "#",
            "|",
            "---",
            "[",
            "](",
            ")",
            "<",
            "&lt;",
            "https://",
            "h",
            "ttp",
        ),
        *("Here", " is", "a", "s", "5", "%", " ", "x" * 90, "é", "😀", "\n", "\n\n", "1. ", "- ", "> "),
        *("注", "意", "：", "。", "“", "”", "（", "）"),
    ]
)


def _begin(text: str) -> RenderedPage:
    return RenderedPage.render_first(text, 0)


def _stream(first: FirstWords, text: str, *, final: bool = True) -> str:
    """Return what a stream that began with `first` shows of a text."""
    return RenderedPage.render(text, 0, final=final).continue_from(first, final=final).answer


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**w0**", "**w0**"),
        ("**Here", "**Here**"),
        ("**Here is", "**Here is**"),
        ("**Note:", "**Note**"),
        ("**Note:**", "**Note**"),
        ("***x", "***x***"),
        ("*it*", "*it*"),
        ("1. **Bold", "1. **Bold**"),
        ("## **Bold", "## **Bold**"),
        ("> - **注意", "> - **注意**"),
        ("**📌 Note", "**📌 Note**"),
        ("Note: **Here", "Note: "),
        ("Here", "Here"),
    ],
)
def test_first_words_in_bold_are_shown_at_once(text: str, shown: str) -> None:
    assert _begin(text).answer == shown


@pytest.mark.parametrize(
    "text", ["**", "**“引号”", "**（必看", "**h", "**http", "**a_b", "**a `b", "**R&D", "*it", "##**T"]
)
def test_words_that_what_follows_may_change_wait_for_it(text: str) -> None:
    assert _begin(text).is_blank


@pytest.mark.parametrize(
    ("begun", "text", "streamed"),
    [
        ("**w0**", "**w0** w1", "**w0** w1"),
        ("**Here", "**Here is the answer** to", "**Here** **is the answer** to"),
        ("**Note", "**Note:** text", "**Note**: text"),
        ("**Py", "**Python** is", "**Py**\u2060**thon** is"),
        ("**注", "**注意：**请", "**注**\u2060**意**：请"),
        ("**注意", "**注意：小心**的", "**注意**：**小心**的"),
        ("***x", "***x y*** z", "***x*** ***y*** z"),
        ("*it*", "*it* is **so**", "*it* is **so**"),
        ("**Use", "**Use `x` here** now", "**Use** **`x` here** now"),
        ("**See", "**See https://a.b** now", "**See** **<https://a.b>** now"),
        ("**Hello", "**Hello！**你好", "**Hello**！你好"),
        ("1. **Step", "1. **Step 1** — **do** it", "1. **Step** **1** — **do** it"),
        ("**Here is", "**Here is " + "x" * 210 + "** end", "**Here is** **" + "x" * 210 + "** end"),
    ],
)
def test_what_follows_looks_as_the_model_meant_it(begun: str, text: str, streamed: str) -> None:
    first = _begin(begun).first_words

    assert first is not None
    assert _stream(first, text) == streamed
    assert _list_bold(streamed) == _list_bold(RenderedPage.render(text, 0, final=True).answer)


@pytest.mark.parametrize("text", ["**Here is all", "**Here is\n\nall", "**Here\n**bold**"])
def test_words_of_a_mark_that_is_never_closed_follow_plainly(text: str) -> None:
    first = _begin("**Here").first_words

    assert first is not None
    assert _stream(first, text) == text.replace("**Here", "**Here**")


def test_nothing_is_added_to_a_page_that_begins_with_reasoning() -> None:
    assert RenderedPage.render_first("Hm. **Here", 4).first_words is None


@given(_BEGINNINGS, st.lists(_PIECES, max_size=12))
@example("*it*", ["*", "a"])
@example("*it*", ["a", "*"])
@example("**Here", ["é", "**", "注"])
@example("**Here", ["\\", "***", "：", "Here"])
@example("**Here", [" ", "# ", "**", "”", "Here", "**"])
@example("**Here", ["x" * 90, "x" * 90, "x" * 90, "\n", "a"])
def test_a_stream_that_began_with_them_only_grows(beginning: str, pieces: list[str]) -> None:
    text, page = beginning, _begin(beginning)
    while page.is_blank and pieces:
        text, pieces = text + pieces[0], pieces[1:]
        page = _begin(text)
    first, shown, rendered = page.first_words, page.answer, ""
    assume(first)
    assert first is not None
    for number, piece in enumerate([*pieces, ""]):
        text += piece
        final = number == len(pieces)
        exact = RenderedPage.render(text, 0, final=final).answer
        assume(exact.startswith(rendered))

        assert first.begin(exact)
        assert _stream(first, text, final=final).startswith(shown)

        shown, rendered = _stream(first, text, final=final), exact


def _list_bold(markdown: str) -> list[tuple[str, bool]]:
    """List the letters and digits that a reader sees, and whether each is bold."""
    seen, depth = list[tuple[str, bool]](), 0
    for event in Markdown().events(markdown):
        match event:
            case {"Start": "Strong"}:
                depth += 1
            case {"End": "Strong"}:
                depth -= 1
            case {"Text": str(text)} | {"Code": str(text)}:
                seen += [(character, depth > 0) for character in text if character.isalnum() or character == "*"]
            case _:
                pass
    return seen
