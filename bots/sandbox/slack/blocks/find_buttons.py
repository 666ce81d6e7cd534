"""Finding the button or menu that a person presses, and the action that the press sends."""

from collections.abc import Iterator
from typing import Any, cast

from bots.sandbox.slack.call import Json

_MENUS = frozenset({"static_select", "external_select", "overflow", "radio_buttons"})


def action_of(
    blocks: list[Json], action_id: str | None = None, value: str | None = None, option: str | None = None
) -> Json:
    """Return the entry of `actions` for the first element that fits. Raises LookupError when none is shown."""
    for block in blocks:
        for element in _elements(block):
            if action_id in {None, element.get("action_id")} and (action := _pressed(element, value, option)):
                return action | {"block_id": block.get("block_id", "")}
    raise LookupError(f"no element with action_id={action_id!r} value={value!r} option={option!r}")


def list_of(blocks: list[Json], action_id: str) -> tuple[Json, Json]:
    """Return the list whose options the app offers, and its block. Raises LookupError when none is shown."""
    for block in blocks:
        for element in _elements(block):
            if element.get("type") == "external_select" and element.get("action_id") == action_id:
                return element, block
    raise LookupError(f"no external_select with action_id={action_id!r}")


def with_options(blocks: list[Json], offered: dict[str, list[Json]]) -> list[Json]:
    """Return the blocks with the options that the app offered last, by the list's action id."""
    return [
        block | {"elements": [one | _offers(one, offered) for one in block["elements"]]}
        if "elements" in block
        else block
        for block in blocks
    ]


def list_ratings(element: Json) -> list[Json]:
    """Return the two buttons of an element that rates a message."""
    return [element["positive_button"], element["negative_button"]]


def _offers(element: Json, offered: dict[str, list[Json]]) -> Json:
    listed = element.get("type") == "external_select"
    return {"options": offered.get(element.get("action_id", ""), [])} if listed else {}


def _pressed(element: Json, value: str | None, option: str | None) -> Json | None:
    action: Json = {"type": element["type"], "action_id": element.get("action_id", "")}
    if element["type"] in _MENUS:
        found = next((one for one in _options(element) if one.get("value") == option), None)
        return found and action | {"selected_option": found}
    if option is not None:
        return None
    if element["type"] == "feedback_buttons":
        return next((action | _label(one) for one in list_ratings(element) if one.get("value") == value), None)
    return action | _label(element) if value in {None, element.get("value")} else None


def _label(button: Json) -> Json:
    return {name: button[name] for name in ("value", "text") if name in button}


def _options(menu: Json) -> Iterator[Json]:
    yield from menu.get("options", [])
    for group in menu.get("option_groups", []):
        yield from group.get("options", [])


def _elements(block: Json) -> Iterator[Json]:
    inner: list[Any] = [*block.get("elements", []), block.get("accessory")]
    yield from (cast("Json", one) for one in inner if isinstance(one, dict) and "type" in one)
