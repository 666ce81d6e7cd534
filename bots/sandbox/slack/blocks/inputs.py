"""Input blocks: what Slack refuses in them, what they hold at first, and what a client demands before it submits.

Source: docs.slack.dev/reference/block-kit/blocks/input-block and the pages of its elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from bots.sandbox.slack.call import Json

from .validation import node_faults

_MAX_LABEL = 2000
_MAX_PLACEHOLDER = 150
_TEXT_LENGTHS = range(1, 3001)
_MAX_OPTIONS = {"static_select": 100, "checkboxes": 10, "radio_buttons": 10}
"""That of a list is checked as in messages."""
_ELEMENTS = frozenset({*_MAX_OPTIONS, "plain_text_input", "external_select"})
"""Elements of inputs that are simulated."""
REQUIRED = "Please complete this required field."


def input_faults(block: Json, pointer: str) -> Iterator[str]:
    """Yield what Slack refuses in an input block at `pointer`."""
    element = _object(block, "element")
    kind = str(element.get("type"))
    yield from _text_faults(block, "label", pointer, _MAX_LABEL, required=True)
    yield from _text_faults(block, "hint", pointer, _MAX_LABEL)
    if kind not in _ELEMENTS:
        yield f"unsupported type: {kind} [json-pointer:{pointer}/element/type]"
        return
    at = f"{pointer}/element"
    yield from node_faults(element, at)
    yield from _text_faults(element, "placeholder", at, _MAX_PLACEHOLDER)
    if kind == "plain_text_input":
        yield from _length_faults(element, at)
    elif kind in _MAX_OPTIONS:
        yield from _option_faults(element, at, _MAX_OPTIONS[kind])


def initial_value(element: Json) -> Json:
    """Return the state of an element that nobody has touched (Slack: `view.state.values`)."""
    kind = str(element["type"])
    if kind == "plain_text_input":
        return {"type": kind, "value": element.get("initial_value")}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    return {"type": kind, "selected_option": element.get("initial_option")}


def fill(element: Json, typed: str) -> Json:
    """Return the state of an element into which a person typed, or of which they picked options by their labels.

    The labels of several boxes stand on lines of their own. Raises LookupError when there is no such option.
    """
    kind = str(element["type"])
    if kind == "plain_text_input":
        return {"type": kind, "value": typed or None}
    by_label = {str(option["text"]["text"]): option for option in list_options(element)}
    picked = [by_label[label] for label in typed.splitlines()]
    if kind == "checkboxes":
        return {"type": kind, "selected_options": picked}
    return {"type": kind, "selected_option": picked[0] if picked else None}


def text_of(state: Json) -> str:
    """Return what a filled element shows: its text, or the labels of what was picked."""
    picked = state.get("selected_options") or [state.get("selected_option")]
    return state.get("value") or "\n".join(one["text"]["text"] for one in picked if one)


def complaint(block: Json, state: Json) -> str:
    """Return why a client does not submit an input as it is filled, "" when it does."""
    element, text = _object(block, "element"), text_of(state)
    if not text:
        return "" if block.get("optional") else REQUIRED
    if element["type"] != "plain_text_input":
        return ""
    if len(text) > element.get("max_length", _TEXT_LENGTHS[-1]):
        return f"Must be {element.get('max_length', _TEXT_LENGTHS[-1])} characters or fewer."
    return f"Must be at least {element['min_length']} characters." if len(text) < element.get("min_length", 0) else ""


def list_options(element: Json) -> list[Json]:
    """List the options of an element, those of groups as well."""
    groups = cast("list[Json]", element.get("option_groups") or [element])
    return [option for group in groups for option in group.get("options", [])]


def _length_faults(element: Json, at: str) -> Iterator[str]:
    most = element.get("max_length", _TEXT_LENGTHS[-1])
    for name in ("min_length", "max_length"):
        if element.get(name, 1) not in _TEXT_LENGTHS:
            yield f"must be between 1 and {_TEXT_LENGTHS[-1]} [json-pointer:{at}/{name}]"
    if len(element.get("initial_value") or "") > min(most, _TEXT_LENGTHS[-1]):
        yield f"must be less than {most + 1} characters [json-pointer:{at}/initial_value]"


def _option_faults(element: Json, at: str, most: int) -> Iterator[str]:
    options = list_options(element)
    if not options:
        yield f"missing required field: options [json-pointer:{at}]"
    if element["type"] != "static_select" and len(options) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}/options]"
    initial: list[Any] = [*element.get("initial_options", []), element.get("initial_option")]
    if any(one not in options for one in initial if one):
        yield f"initial option does not match any option [json-pointer:{at}/initial_option]"


def _text_faults(node: Json, name: str, pointer: str, most: int, *, required: bool = False) -> Iterator[str]:
    text = _object(node, name)
    if not text and not required:
        return
    if text.get("type") != "plain_text":
        yield f"must be a plain_text object [json-pointer:{pointer}/{name}]"
    elif not 0 < len(str(text.get("text", ""))) <= most:
        yield f"must be less than {most + 1} characters [json-pointer:{pointer}/{name}/text]"


def _object(node: Json, name: str) -> Json:
    found = node.get(name)
    return cast("Json", found) if isinstance(found, dict) else {}
