"""What a message says, whichever way it came: typed, below a file, pasted with formatting, forwarded, quoted; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.json_fields import Json, get_object, get_objects, get_text

from .contents import describe_content
from .entities import Span, to_markdown
from .rich_text import flatten_rich_message


@dataclass(frozen=True, slots=True)
class MessageBody:
    """The text of a message or the caption of its file, as Telegram sends it."""

    text: str
    entities: tuple[Json, ...] = ()

    @classmethod
    def parse(cls, message: Json) -> MessageBody:
        """Read the body."""
        for field, dress in (("text", "entities"), ("caption", "caption_entities")):
            if field in message:
                return cls(get_text(message, field).replace("\0", " "), tuple(get_objects(message, dress)))
        return cls(*flatten_rich_message(get_object(message, "rich_message")))

    def to_markdown(self, instead: Sequence[tuple[Span, str]] = (), *, marks: bool = True) -> str:
        """Return the body as Markdown; see `to_markdown`."""
        return to_markdown(self.text, self.entities, instead, marks=marks)


def read_message_text(message: Json) -> str:
    """Return all that a message says."""
    return prepend_content(message, MessageBody.parse(message).to_markdown())


def prepend_content(message: Json, said: str) -> str:
    """Put a poll, a place or the like, which a message may show beside its words, in front of these."""
    return "\n\n".join(part for part in (describe_content(message), said) if part.strip())
