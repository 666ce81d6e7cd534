"""Faults of the small buttons under a message: ratings and icons.

Source: docs.slack.dev/reference/block-kit, "Context actions block", "Feedback buttons element", "Icon button element".
"""

from collections.abc import Iterator
from typing import Any, cast

from bots.sandbox.slack.call import Json

SMALL_BUTTONS = frozenset({"feedback_buttons", "icon_button"})
"""The elements of this block, which no other block takes."""
_MAX_TEXT, _MAX_VALUE = 75, 2000


def find_faults(block: Json, pointer: str) -> Iterator[str]:
    """Yield what Slack would refuse in the elements of a block, whichever it is."""
    small = block["type"] == "context_actions"
    for index, element in enumerate(cast("list[Json]", block.get("elements") or [])):
        place, kind = f"{pointer}/elements/{index}", element.get("type")
        if small != (kind in SMALL_BUTTONS) and block["type"] in {"actions", "context_actions"}:
            yield f"unsupported type: {kind} [json-pointer:{place}/type]"
        elif kind == "feedback_buttons":
            for name in ("positive_button", "negative_button"):
                yield from _find_button_faults(element.get(name), f"{place}/{name}")
        elif kind == "icon_button" and not element.get("icon"):
            yield f"missing required field: icon [json-pointer:{place}]"


def _find_button_faults(button: object, place: str) -> Iterator[str]:
    if not isinstance(button, dict):
        yield f"missing required field [json-pointer:{place}]"
        return
    fields = cast("Json", button)
    text: Any = fields.get("text")
    label: Json = cast("Json", text) if isinstance(text, dict) else {}
    if label.get("type") != "plain_text" or not 0 < len(str(label.get("text") or "")) <= _MAX_TEXT:
        yield f"must be a plain_text of 1 to {_MAX_TEXT} characters [json-pointer:{place}/text]"
    if not isinstance(fields.get("value"), str) or not 0 < len(fields["value"]) <= _MAX_VALUE:
        yield f"must have 1 to {_MAX_VALUE} characters [json-pointer:{place}/value]"
    if len(fields.get("accessibility_label", "")) > _MAX_TEXT:
        yield f"must be less than {_MAX_TEXT + 1} characters [json-pointer:{place}/accessibility_label]"
    yield from (
        f"unknown field [json-pointer:{place}/{name}]"
        for name in fields.keys() - {"text", "value", "accessibility_label"}
    )
