"""Which messages `/summarize` is to read."""

from __future__ import annotations

import pytest

from core.chat.commands.summarize import means_last_day, read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 50),
        ("100", 100),
        ("last 20 messages", 20),
        ("最近 30 条", 30),
        ("9999", 200),
        ("since yesterday", 200),
        ("Since  Yesterday", 200),
        ("昨天", 200),
        ("0", None),
        ("everything about cats", None),
    ],
)
def test_a_span_is_read_in_any_usual_form(text: str, number: int | None) -> None:
    assert read_number(text) == number


def test_a_day_is_told_from_everything() -> None:
    texts = ("Since  Yesterday", "今天", "all", "100", "")

    assert [means_last_day(text) for text in texts] == [True, True, False, False, False]
