"""Whether a growing text has words yet."""

from __future__ import annotations

import time

import pytest

from core.chat.text.has_words import has_words


@pytest.mark.parametrize(
    "text", ["", " ", "#", "## ", "-", "* ", "**", "> **", "1", "12.", "3) **", "1. _", "```", "~~~py", "```py\n", "| "]
)
def test_marks_that_begin_a_block_are_no_words(text: str) -> None:
    assert not has_words(text)


@pytest.mark.parametrize(
    "text", ["a", "**Here", "1. a", "3.5", "1, 2", "看", "# 看", "- [x", "```py\nx", "é", "🙂 yes"]
)
def test_anything_else_has_words(text: str) -> None:
    assert has_words(text)


def test_a_long_row_of_signs_counts_as_words() -> None:
    assert not has_words("═" * 40)
    assert has_words("═" * 41)


def test_a_long_text_costs_nothing() -> None:
    begun = time.thread_time()

    has_words("#" * 1_000_000)

    assert time.thread_time() - begun < 0.5
