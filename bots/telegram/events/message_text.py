"""What a message says, whichever way it came: typed, below a file, pasted with formatting, forwarded, quoted; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.json_fields import Json, inner, objects, text

from .contents import read_content
from .entities import Span, to_markdown
from .rich_text import flatten


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a message or the caption of its file, as Telegram sends it."""

    text: str
    entities: tuple[Json, ...] = ()

    @classmethod
    def of(cls, message: Json) -> Body:
        """Read the body."""
        for field, dress in (("text", "entities"), ("caption", "caption_entities")):
            if field in message:
                return cls(text(message, field).replace("\0", " "), tuple(objects(message, dress)))
        return cls(*flatten(inner(message, "rich_message")))

    def markdown(self, instead: Sequence[tuple[Span, str]] = (), *, marks: bool = True) -> str:
        """Return the body as Markdown; see `to_markdown`."""
        return to_markdown(self.text, self.entities, instead, marks=marks)


def words(message: Json) -> str:
    """Return all that a message says."""
    return with_content(message, Body.of(message).markdown())


def with_content(message: Json, said: str) -> str:
    """Put a poll, a place or the like, which a message may show beside its words, in front of these."""
    return "\n\n".join(part for part in (read_content(message), said) if part.strip())
