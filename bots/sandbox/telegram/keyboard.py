"""Checks reply markup and reads its buttons."""

from collections.abc import Mapping
from typing import Any, Final

from .errors import bad_request

_MAX_PLACEHOLDER: Final = 64  # https://core.telegram.org/bots/api#forcereply
_MAX_CALLBACK_BYTES: Final = 64  # https://core.telegram.org/bots/api#inlinekeyboardbutton
_SIDES: Final = frozenset({"text", "style", "icon_custom_emoji_id"})


def read_keyboard(markup: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the markup, or None for one without buttons; raises ApiError for a button the server refuses."""
    if markup and len(str(markup.get("input_field_placeholder", ""))) > _MAX_PLACEHOLDER:
        raise bad_request("INPUT_FIELD_PLACEHOLDER_INVALID")
    if not markup or "inline_keyboard" not in markup:
        return markup
    rows: list[list[dict[str, Any]]] = markup["inline_keyboard"]
    for row in rows:
        for button in row:
            _check(button)
    return markup if any(rows) else None


def _check(button: Mapping[str, Any]) -> None:
    actions = set(button) - _SIDES
    if not button["text"]:
        raise bad_request("can't parse inline keyboard button: Text must be non-empty")
    if len(actions) != 1:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = str(button.get("callback_data", " "))
    if not 1 <= len(data.encode()) <= _MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and ("." not in str(button["url"]) or " " in str(button["url"])):
        raise bad_request("BUTTON_URL_INVALID")
