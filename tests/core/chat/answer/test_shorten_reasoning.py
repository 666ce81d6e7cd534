"""How much of a model's reasoning is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat.answer.shorten_reasoning import ReasoningFilter
from core.media.visible_text import is_blank

reasoning_parts = st.lists(st.text(min_size=1, max_size=400), max_size=20)


@given(reasoning_parts)
def test_full_display_shows_all_reasoning(parts: list[str]) -> None:
    display = ReasoningFilter("full")

    shown, whole = "".join(display.filter(part) for part in parts), "".join(parts)

    assert shown == ("" if is_blank(whole) else whole)


@given(reasoning_parts)
def test_display_off_shows_no_reasoning(parts: list[str]) -> None:
    display = ReasoningFilter("off")

    assert not any(display.filter(part) for part in parts)


@pytest.mark.parametrize("showing", [None, "fold", "a word of another version"])
@given(reasoning_parts)
def test_a_fold_shows_the_beginning_and_an_ellipsis(showing: str | None, parts: list[str]) -> None:
    display, whole = ReasoningFilter(showing), "".join(parts)

    shown = "".join(display.filter(part) for part in parts)

    if len(whole.encode()) <= 2000:
        assert shown == ("" if is_blank(whole) else whole)
    else:
        assert is_blank(whole) or shown.endswith(" …")
        assert whole.startswith(shown.removesuffix(" …"))
        assert len(shown.encode()) <= 2004
