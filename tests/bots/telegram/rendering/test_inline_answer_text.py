"""The text of a message that was sent in inline mode."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bots.telegram.rendering.inline_answer_text import Part, join_parts, quote_question
from bots.telegram.rendering.markdown import render
from core.chat.text.page_breaks import utf16_length

LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60)


def test_the_question_the_parts_and_the_note_stand_below_each_other_and_the_reasoning_above_all() -> None:
    joined = join_parts("why?", [Part("A notice."), Part("Let me think.\nBecause.", folded=13)], "It goes on.")

    assert joined == Part("Let me think.> why?\n\nA notice.\n\nBecause.\n\nIt goes on.", folded=13)
    assert join_parts("", [Part("Because.")]) == Part("Because.")
    assert join_parts("", [Part("…")]) == Part("…")
    assert join_parts("", [Part("…"), Part("That is too long.")]) == Part("That is too long.")


def test_what_is_too_much_is_left_out_but_not_the_answer_or_the_note() -> None:
    answer = "word " * 680
    joined = join_parts("why?", [Part("First."), Part(answer), Part("Little is left. " * 10)], "It goes on.")

    assert joined.text == f"> why?\n\nFirst.\n\n{answer}\n\nIt goes on."
    assert join_parts("q" * 200, [Part(answer)], "It goes on.").text == f"{answer}\n\nIt goes on."


@given(LINES)
def test_a_question_is_quoted_as_it_was_typed(question: str) -> None:
    shown = render(quote_question(question), defuse=False)

    assert shown.text == question
    assert [(span.kind, span.length) for span in shown.spans if span.kind == "blockquote"] == [
        ("blockquote", utf16_length(question))
    ]
