"""A marked part of a text."""

from dataclasses import dataclass
from typing import Any, Final

_ARGUMENTS: Final = {"text_link": "url", "pre": "language", "custom_emoji": "custom_emoji_id"}


@dataclass(frozen=True, slots=True)
class Entity:
    """Offset and length count UTF-16 code units (https://core.telegram.org/bots/api#messageentity).

    `argument` is the URL of a text_link, the language of a pre, the custom emoji or the mentioned user's id.
    """

    type: str
    offset: int
    length: int
    argument: str = ""

    def meets(self, other: "Entity") -> bool:
        """Whether both entities contain a common character."""
        return self.offset < other.offset + other.length and other.offset < self.offset + self.length

    def json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"type": self.type, "offset": self.offset, "length": self.length}
        if self.type == "text_mention":
            body["user"] = {"id": int(self.argument), "is_bot": False, "first_name": f"User {self.argument}"}
        elif self.argument and self.type in _ARGUMENTS:
            body[_ARGUMENTS[self.type]] = self.argument
        return body


def utf16_length(text: str) -> int:
    """Return how many UTF-16 code units *text* takes."""
    return len(text.encode("utf-16-le")) // 2
