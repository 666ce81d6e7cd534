"""An update on its way to the bot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_BY_PERSON: Final = frozenset({"callback_query", "inline_query", "chosen_inline_result"})


@dataclass(frozen=True, slots=True)
class Update:
    """An update the bot has not confirmed yet."""

    id: int
    kind: str
    body: Mapping[str, Any]

    @property
    def queue(self) -> str:
        """What it is delivered in order with: the other updates of its chat, or of its person."""
        owner = self.body["from"] if self.kind in _BY_PERSON else self.body.get("chat", {})
        return f"{self.kind if self.kind in _BY_PERSON else 'chat'}:{owner.get('id', self.kind)}"

    def json(self) -> dict[str, Any]:
        return {"update_id": self.id, self.kind: self.body}
