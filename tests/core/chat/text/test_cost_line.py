"""The line below an answer is made and found again, and nothing else is taken for it."""

from __future__ import annotations

import pytest

from core.chat.text.cost_line import format_cost_line, remove_cost_line
from core.usage import Amount, UsedAmount


def test_it_adds_up_what_all_calls_have_used() -> None:
    used = [UsedAmount(Amount(1, 1_000, 200), 10_000), UsedAmount(Amount(1, 30, 4), 2_345)]

    assert format_cost_line(used) == "\n\n_Σ 1,234 tokens · 0.0123_"
    assert format_cost_line([UsedAmount(Amount(1, 5), 0)]) == "\n\n_Σ 5 tokens_"
    assert format_cost_line([]) == ""


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        ("yes\n\nΣ 5 tokens · 0.0123", "yes"),
        ("yes", "yes"),
        ("the sum Σ 5", "the sum Σ 5"),
        ("Σ 5 tokens\n\nno end", "Σ 5 tokens\n\nno end"),
        ("", ""),
    ],
)
def test_it_is_taken_off_a_quoted_answer(shown: str, left: str) -> None:
    assert remove_cost_line(shown) == left
