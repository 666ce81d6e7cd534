"""A form as a modal, and what was filled into it; pure.

The block of a field has the field's name as its `block_id`, so that errors can name it, and as its `action_id`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.chat.port.forms import CHECKED, CheckField, ChoiceField, Field, Form, TextField
from core.chat.port.menus import Option
from core.chat.text.truncate import truncate
from core.json_reader import Json, as_object, get_object, get_objects, get_text

from .message_content import plain_text_object

_MAX_TITLE_LENGTH = 24
"""Characters of the title and of both buttons (Slack: modal views)."""
_MAX_ABOUT_LENGTH = 300
_MAX_PLACEHOLDER_LENGTH = 150


def form_view(form: Form, metadata: str) -> dict[str, Any]:
    """Return the view of a form; `metadata` comes back with its submission, and has at most 3,000 characters."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "title": _label(form.title, _MAX_TITLE_LENGTH),
        "submit": _label(form.submit, _MAX_TITLE_LENGTH),
        "close": _label(form.cancel, _MAX_TITLE_LENGTH),
        "private_metadata": metadata,
        "blocks": [*_about_blocks(form.about), *map(_field_block, form.fields)],
    }


def read_form_values(view: Json) -> dict[str, str]:
    """Return what was filled into a form, by the names of its fields (Slack: `view.state.values`)."""
    values = get_object(get_object(view, "state"), "values")
    return {name: _read_value(get_object(as_object(block), name)) for name, block in values.items()}


def _about_blocks(about: str) -> Iterator[dict[str, Any]]:
    if about.strip():
        yield {"type": "context", "elements": [_label(about, _MAX_ABOUT_LENGTH)]}


def _field_block(field: Field) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "input", "block_id": field.name, "label": plain_text_object(field.label)}
    match field:
        case TextField():
            return block | {"element": _text_element(field), "optional": not field.required}
        case ChoiceField():
            return block | {"element": _select_element(field)}
        case CheckField():
            options = [_option_object(Option(field.option, CHECKED))]
            element = {"type": "checkboxes", "action_id": field.name, "options": options}
            return block | {"element": element, "optional": True}


def _text_element(field: TextField) -> dict[str, Any]:
    placeholder = {"placeholder": _label(field.placeholder, _MAX_PLACEHOLDER_LENGTH)} if field.placeholder else {}
    return {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": True,
        "max_length": field.max_length,
        **placeholder,
        **({"initial_value": field.value} if field.value else {}),
    }


def _select_element(field: ChoiceField) -> dict[str, Any]:
    chosen = next((_option_object(option) for option in field.options if option.current), None)
    options = [_option_object(option) for option in field.options]
    initial = {"initial_option": chosen} if chosen else {}
    return {"type": "static_select", "action_id": field.name, "options": options, **initial}


def _option_object(option: Option) -> dict[str, Any]:
    return {"text": plain_text_object(option.label), "value": option.value}


def _read_value(state: Json) -> str:
    if state.get("type") == "checkboxes":
        return next((get_text(option, "value") for option in get_objects(state, "selected_options")), "")
    return get_text(state, "value") or get_text(get_object(state, "selected_option"), "value")


def _label(text: str, max_length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": truncate(text, max_length), "emoji": False}
