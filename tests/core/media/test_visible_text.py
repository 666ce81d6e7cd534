"""Texts of which a reader sees nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media.visible_text import is_blank, strip_invisible


@pytest.mark.parametrize(
    "text",
    [
        *("", " \n\t", "\u200b", "\u2060", "\u2800", "\ufeff", "\xa0\u3000", "\u200b\u200c\u200d\u200e\u200f", "\xad"),
        *(
            "\u3164",
            "\uffa0",
            "\u115f",
            "\u180e",
            "\u2063\u2064",
            "\ufe0f",
            "\u034f",
            "\U000e0041\U000e007f",
            "\x00\x7f",
        ),
    ],
)
def test_invisible_characters_are_blank(text: str) -> None:
    assert is_blank(text)
    assert not strip_invisible(text)


@pytest.mark.parametrize(
    "text", ["a", "。", "👍", "👩\u200d💻", "\u200bok\u200b", "ﷺ", "\u0301x", "-", "1\ufe0f\u20e3"]
)
def test_visible_characters_are_not_blank(text: str) -> None:
    assert not is_blank(text)
    assert strip_invisible(f" {text}\n") == text.strip()


@given(st.text(), st.text())
def test_text_with_visible_characters_is_not_blank(text: str, more: str) -> None:
    assert is_blank(text + more) == (is_blank(text) and is_blank(more))
