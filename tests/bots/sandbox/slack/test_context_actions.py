"""The simulator takes small buttons under a message in Slack's own form alone."""

from __future__ import annotations

from typing import Any

import pytest

from bots.sandbox.slack.blocks.validation import check_blocks
from bots.sandbox.slack.call import RefusalError


def button(text: str = "Good", value: str = "g", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"text": {"type": "plain_text", "text": text}, "value": value, **more}


def feedback(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"type": "feedback_buttons", "positive_button": button(), "negative_button": button("Bad", "b"), **more}


def block(*elements: dict[str, Any], kind: str = "context_actions") -> list[dict[str, Any]]:
    return [{"type": kind, "elements": list(elements)}]


def test_feedback_buttons_are_taken() -> None:
    trash = {"type": "icon_button", "icon": "trash", "text": {"type": "plain_text", "text": "Delete"}}
    check_blocks(block(feedback(action_id="f", positive_button=button(accessibility_label="x" * 75)), trash))


@pytest.mark.parametrize(
    "blocks",
    [
        block(feedback(), kind="actions"),
        block({"type": "button", "text": {"type": "plain_text", "text": "x"}, "action_id": "a"}),
        block({"type": "feedback_buttons", "positive_button": button()}),
        block(feedback(positive_button=button(""))),
        block(feedback(positive_button=button("x" * 76))),
        block(feedback(positive_button={"text": {"type": "mrkdwn", "text": "x"}, "value": "g"})),
        block(feedback(negative_button=button(value=""))),
        block(feedback(negative_button=button(value="x" * 2001))),
        block(feedback(negative_button=button(accessibility_label="x" * 76))),
        block(feedback(negative_button=button(style="danger"))),
        block(feedback(action_id="a" * 256)),
        block(*[feedback() for _ in range(6)]),
    ],
)
def test_any_other_form_is_refused(blocks: list[dict[str, Any]]) -> None:
    with pytest.raises(RefusalError, match="invalid_blocks"):
        check_blocks(blocks)
