"""The content of any page keeps Slack's limits."""

from __future__ import annotations

import html

from hypothesis import given
from hypothesis import strategies as st

from bots.sandbox.slack.blocks.validation import check_blocks
from bots.slack.blocks.markdown import escape
from bots.slack.blocks.message_content import (
    MessageContent,
    RenderedPage,
    append_chunks,
    first_chunks,
    page_variants,
    split_long_text,
)
from core.chat.port.menus import Button

_texts = st.text(alphabet=st.sampled_from("ab <!@U#\n\t字😀"), max_size=600)
_BUTTONS = (
    Button("x" * 90, "retry", "v" * 48),
    Button("🔊", "speak", "v"),
    Button("👍", "rate", "g" * 48, 1, "Good" * 30),
    Button("👎", "rate", "b" * 48, -1),
)


@given(_texts, st.integers(0, 600), st.lists(st.integers(0, 600), max_size=6))
def test_streamed_chunks_add_up_to_the_page(text: str, folded: int, ends: list[int]) -> None:
    folded, shown = min(folded, len(text)), 0
    details, words = "", ""
    for end in [*sorted(end for end in ends if end < len(text)), None]:
        part = text[:end]
        body = RenderedPage.render(part, min(folded, len(part)), final=end is None)
        for chunk in append_chunks(body, shown):
            details += chunk.get("details", "")
            words += chunk.get("text", "")
        shown = len(body)
    whole = RenderedPage.render(text, folded, final=True)

    assert (details, words) == (whole.reasoning, whole.answer)


@given(_texts, st.integers(0, 600))
def test_the_task_is_complete_when_the_answer_begins(text: str, folded: int) -> None:
    body = RenderedPage.render(text, min(folded, len(text)), final=True)
    statuses = [chunk["status"] for chunk in append_chunks(body, 0) if chunk["type"] == "task_update"]
    after = [chunk for chunk in append_chunks(body, len(body.reasoning)) if chunk["type"] == "task_update"]

    assert set(statuses) <= {"complete" if body.answer else "in_progress"}
    assert bool(statuses) == bool(body.reasoning)
    assert [chunk["status"] for chunk in after] == ["complete"] * bool(body.reasoning and body.answer)


@given(_texts, st.integers(0, 600), st.booleans())
def test_slack_accepts_every_variant(text: str, folded: int, buttons: bool) -> None:  # noqa: FBT001 - drawn
    body = RenderedPage.render(text, min(folded, len(text)), final=True)
    found = page_variants(body, _BUTTONS if buttons else ())
    for look in found[:-1]:
        check_blocks([*look.blocks])

        assert 0 < len(look.text) <= 3000

    assert found[-1].blocks == ()
    answer = body.answer.replace("\\<", "<")  # where nothing reads Markdown, no sign is escaped
    assert html.unescape(found[-1].text) == (answer if answer.strip() else body.reasoning)
    assert first_chunks(body, _BUTTONS)[0]["type"] == "blocks"


@given(st.booleans(), st.integers(0, 9))
def test_ratings_have_slack_s_own_form_in_the_best_variant_alone(cards: bool, folded: int) -> None:  # noqa: FBT001 - drawn
    body = RenderedPage.render("I think. Four.", folded, final=True)
    best, *others = page_variants(body, _BUTTONS, cards=cards)
    without = page_variants(body, _BUTTONS, cards=cards, ratings=False)

    assert best.block_types[-2:] == ("actions", "context_actions")
    assert [button["value"] for button in best.blocks[-2]["elements"]] == ["v" * 48, "v"]
    assert others == without
    assert [button["value"][0] for button in others[0].blocks[-1]["elements"]] == ["v", "v", "g", "b"]


def test_a_page_without_reasoning_and_buttons_is_markdown_or_plain_text() -> None:
    first, last = page_variants(RenderedPage.render("**Hello**", 0, final=True), ())

    assert first == MessageContent("Hello", [{"type": "markdown", "text": "**Hello**"}])
    assert last == MessageContent("**Hello**")


@given(st.text(alphabet="ab&<\n", max_size=3000))
def test_long_plain_text_is_split_without_loss(text: str) -> None:
    whole = MessageContent(escape(text * 4))
    head, tail = split_long_text(whole)

    assert head.text + (tail.text if tail else "") == whole.text
    assert len(head.text) <= 4000
    assert html.unescape(head.text) + html.unescape(tail.text if tail else "") == text * 4
