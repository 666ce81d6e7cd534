# ruff: noqa: RUF001 - the stops of Chinese text are meant
"""Cutting a text into what is spoken at a time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media.speech_text.from_markdown import split_sentences

SINGLE = 'ab1 Z.,!?;:\n\t好的。，！？；…”)"'
TEXT = st.text(st.sampled_from(f"{SINGLE}👍🏽\u200d\ufe0f🇨🇳e\u0301"), max_size=300)


@pytest.mark.parametrize(
    ("text", "most", "pieces"),
    [
        ("", 10, []),
        ("  \n ", 10, []),
        ("One. Two.", 10, ["One. Two."]),
        ("One is here. Two is there. Three.", 27, ["One is here. Two is there.", "Three."]),
        ("你好。世界很大！真的吗？是的；好……", 8, ["你好。世界很大！", "真的吗？是的；", "好……"]),
        ("他说：“走吧。”然后走了。", 9, ["他说：“走吧。”", "然后走了。"]),
        ("It is 3.14 now, or 2.71 then. Yes.", 32, ["It is 3.14 now, or 2.71 then.", "Yes."]),
        ("At last, Dr. Ada came. Fine.", 20, ["At last,", "Dr. Ada came. Fine."]),
        ("One two three, four five six", 20, ["One two three,", "four five six"]),
        ("Hi. One two three, four five", 20, ["Hi. One two three,", "four five"]),
        ("一二三四，五六七八", 6, ["一二三四，", "五六七八"]),
        ("one two three", 8, ["one two", "three"]),
        ("one two three", 7, ["one two", "three"]),
        ("A. " + "b" * 20, 12, ["A.", "b" * 12, "b" * 8]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("Line one\nLine two", 12, ["Line one", "Line two"]),
    ],
)
def test_the_best_place_within_the_limit_is_taken(text: str, most: int, pieces: list[str]) -> None:
    assert split_sentences(text, most) == pieces


@pytest.mark.parametrize("whole", ["👨‍👩‍👧", "👍🏽", "🇨🇳", "e\u0301", "❤️"])
def test_grapheme_clusters_are_not_split(whole: str) -> None:
    pieces = split_sentences("x" * 9 + whole + "y" * 9, 10)

    assert any(whole in piece for piece in pieces)


def test_flags_are_split_only_between_them() -> None:
    assert split_sentences("🇨🇳🇫🇷🇩🇪", 3) == ["🇨🇳", "🇫🇷", "🇩🇪"]


@pytest.mark.parametrize("row", [".", "。", ".)", "a. ", "🇨🇳", "\u200d", " ", "\n", ")"])
def test_repeated_characters_are_split_in_linear_time(row: str) -> None:
    """It would take from seconds to minutes."""
    text = f"a{row * (40_000 // len(row))}b"

    assert "".join("".join(split_sentences(text, 600)).split()) == "".join(text.split())


@given(TEXT, st.integers(1, 60))
def test_the_pieces_are_the_text_and_each_fits(text: str, most: int) -> None:
    pieces = split_sentences(text, most)

    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece == piece.strip() and 0 < len(piece) <= most for piece in pieces)


@given(st.text(st.sampled_from(SINGLE), max_size=300), st.integers(3, 60))
def test_no_piece_is_smaller_than_necessary(text: str, most: int) -> None:
    """Of two neighbours that fit into one piece together, the first was cut for a sentence's sake."""
    neighbours = pairwise(split_sentences(" ".join(text.split()), most))

    assert all(len(one) > most // 3 or len(one) + 1 + len(two) > most for one, two in neighbours)
