"""Texts are cut to a length, the ellipsis included."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.chat.text.truncate import make_title, truncate, truncate_middle


@given(text=st.text(max_size=60), length=st.integers(25, 50))
def test_a_text_is_kept_or_cut_to_its_length(text: str, length: int) -> None:
    cut, middle = truncate(text, length), truncate_middle(text, length, tail=20)

    assert len(cut) <= length
    assert len(middle) <= length
    assert (cut == middle == text) == (len(text) <= length)
    assert len(text) <= length or (cut.endswith("…") and text.startswith(cut[:-1]) and middle[-20:] == text[-20:])


def test_no_blank_stands_before_the_ellipsis() -> None:
    assert truncate("one two three", 5) == "one…"


def test_a_title_has_nothing_that_a_reader_cannot_see() -> None:
    assert make_title("\u200b\u202e\n report\u202efdp.exe \U000e0041 now") == "reportfdp.exe now"
