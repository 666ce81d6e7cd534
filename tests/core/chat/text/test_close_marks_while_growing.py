"""How a text looks while it grows: marks that are still open are closed."""

from __future__ import annotations

import pytest

from core.chat.text.close_marks_while_growing import close_open_marks


@pytest.mark.parametrize("before", ["**open", "`open", "- *open", "```\n\n**code**\n```", "~~~\n\n~~~\n\n[open"])
def test_paragraphs_that_have_ended_leave_no_marks_open(before: str) -> None:
    assert close_open_marks(f"{before}\n\nand *words") == f"{before}\n\nand *words*"
    assert close_open_marks(f"{before}\n\nand *words\ngo on") == f"{before}\n\nand *words\ngo on*"
    assert close_open_marks(f"{before}\n\nno words") == f"{before}\n\nno words"


@pytest.mark.parametrize("text", ["2 ** 3 and 2*3", "a_b src/*.py", "```\n**x", "plain", "**whole** ", "[a](https://b"])
def test_text_without_open_marks_grows_as_it_is(text: str) -> None:
    assert close_open_marks(text) == text
