"""A modal as the person sees it who fills it in."""

from __future__ import annotations

from bots.sandbox.screen import ShownField, ShownForm

from .blocks.inputs import complaint, fill, list_options, text_of
from .call import Json
from .data_types import Person
from .interactions import Interactions
from .views import Views

_KINDS = {"plain_text_input": "text", "checkboxes": "boxes"}
"""How elements are shown; others are lists of which one option is picked."""


class ModalForm:
    """One open modal; like a client, it submits nothing that its inputs do not take."""

    def __init__(self, views: Views, interactions: Interactions, person: Person, view_id: str) -> None:
        self._views = views
        self._interactions = interactions
        self._person = person
        self.id = view_id

    def show(self) -> ShownForm:
        """Return what it shows now."""
        view, errors = self._views.modals[self.id], self._views.errors[self.id]
        submit, close = view.get("submit", {}), view.get("close", {})
        return ShownForm(
            self.id,
            view["title"]["text"],
            tuple(self._show_field(block, errors) for block in self._inputs),
            submit=submit.get("text", ""),
            cancel=close.get("text", "Cancel"),
            notes=tuple(_note_of(block) for block in view["blocks"] if block["type"] != "input"),
            error=errors.get("", ""),
        )

    def fill(self, label: str, text: str) -> None:
        """Type into the input with this label, or pick the options with these labels (one a line).

        Raises LookupError when there is no such input or option.
        """
        block = next((one for one in self._inputs if label in {one["label"]["text"], one["block_id"]}), None)
        if block is None:
            raise LookupError(label)
        try:
            state = fill(block["element"], text)
        except KeyError:
            raise LookupError(text) from None
        self._values[block["block_id"]] = {block["element"]["action_id"]: state}

    def submit(self) -> bool:
        """Submit it, and tell whether that was possible: the client shows what is missing without asking the app."""
        found = {block["block_id"]: complaint(block, self._state(block)) for block in self._inputs}
        missing = {name: text for name, text in found.items() if text}
        self._views.note_errors(self.id, missing)
        if not missing:
            self._interactions.submit(self._person, self.id, self._values)
        return not missing

    def close(self) -> None:
        """Close it without submitting it; the app hears nothing of that unless it asked to (`notify_on_close`)."""
        self._views.close(self.id)

    @property
    def _inputs(self) -> list[Json]:
        return [block for block in self._views.modals[self.id]["blocks"] if block["type"] == "input"]

    @property
    def _values(self) -> dict[str, Json]:
        return self._views.values[self.id]

    def _state(self, block: Json) -> Json:
        return self._values[block["block_id"]][block["element"]["action_id"]]

    def _show_field(self, block: Json, errors: dict[str, str]) -> ShownField:
        element = block["element"]
        return ShownField(
            block["block_id"],
            _KINDS.get(element["type"], "menu"),
            block["label"]["text"],
            text_of(self._state(block)),
            options=tuple(str(option["text"]["text"]) for option in list_options(element)),
            placeholder=element.get("placeholder", {}).get("text", ""),
            hint=block.get("hint", {}).get("text", ""),
            error=errors.get(block["block_id"], ""),
            is_required=not block.get("optional"),
            is_long=bool(element.get("multiline")),
        )


def _note_of(block: Json) -> str:
    """Return the text of a block that is no input."""
    parts: list[Json] = [block.get("text", {}), *block.get("elements", [])]
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part.get("text"), str))
