"""What the pieces of a stream add, where a gateway repeats what has come before."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie.streaming.repeated_text import RepetitionFilter


def told(pieces: list[str]) -> str:
    """What a reader has who takes each piece, and the end."""
    increments, text = RepetitionFilter(), ""
    for added in [*map(increments.add, pieces), increments.finish()]:
        text = added.text if added.replaces_all else text + added.text
    assert increments.text == text
    return text


SENTENCE = ["The ", "answer ", "to ", "everything ", "is ", "42", ".", " Or is it?"]


@pytest.mark.parametrize("count", [3, 5, 8])
def test_cumulative_deltas_are_read_once(count: int) -> None:
    assert told(list(accumulate(SENTENCE[:count]))) == "".join(SENTENCE[:count])


def test_cumulative_pieces_are_detected_before_the_end() -> None:
    increments = RepetitionFilter()
    added = [increments.add(piece) for piece in accumulate(SENTENCE)]

    assert [piece.replaces_all for piece in added].index(True) == 3
    assert [piece.text for piece in added[4:]] == SENTENCE[4:]


def test_a_repeated_whole_text_adds_nothing() -> None:
    pieces = list(accumulate(SENTENCE))

    assert told([piece for piece in pieces for _ in range(2)]) == "".join(SENTENCE)


def test_a_whole_text_repeated_in_the_middle_adds_nothing() -> None:
    text = "".join(SENTENCE) + " Who knows."

    assert told([*SENTENCE, " Who knows.", text, " I do."]) == text + " I do."


@pytest.mark.parametrize(
    "pieces",
    [
        ["ha", "haha"],
        ["1", "10"],
        ["no", "no", "no"],
        [" a", " ab", " abc", " d"],
        [" t", " tr", " tra", " tran", " transformers", "."],
        ["*", "**", "***", "\n"],
        ["All work\n", "All work\n", "All work\n"],
        ["All work and no play makes Jack a dull boy.\n"] * 5,
        ["one two three four five", " six seven eight nine ten", "one two three four five six seven"],
    ],
)
def test_self_repeating_texts_are_unchanged(pieces: list[str]) -> None:
    assert told(pieces) == "".join(pieces)


@given(st.lists(st.text("ab \n", min_size=1, max_size=3), min_size=1, max_size=30))
def test_short_repeated_pieces_are_kept(pieces: list[str]) -> None:
    assert told([*pieces, "#"]) == "".join(pieces) + "#"


@given(st.lists(st.text(min_size=1, max_size=9), min_size=6, max_size=30))
def test_repeated_texts_are_read_once_wherever_they_are_cut(pieces: list[str]) -> None:
    text = "".join(pieces)
    if len(text) >= 20:
        assert told(list(accumulate(pieces))) == text
