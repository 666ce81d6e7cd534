"""Reading the text of a message, whether typed, a caption, or rich text; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.json_reader import Json, get_object, get_objects, get_text

from .describe_contents import describe_content
from .entities_to_markdown import Span, to_markdown
from .flatten_rich_message import flatten_rich_message


@dataclass(frozen=True, slots=True)
class MessageBody:
    """The text of a message, or the caption of its file, with its entities."""

    text: str
    entities: tuple[Json, ...] = ()

    @classmethod
    def parse(cls, message: Json) -> MessageBody:
        """Read the body of a message."""
        for field, entities_field in (("text", "entities"), ("caption", "caption_entities")):
            if field in message:
                return cls(get_text(message, field).replace("\0", " "), tuple(get_objects(message, entities_field)))
        return cls(*flatten_rich_message(get_object(message, "rich_message")))

    def to_markdown(self, replacements: Sequence[tuple[Span, str]] = (), *, marks: bool = True) -> str:
        """Convert the body to Markdown; see `to_markdown`."""
        return to_markdown(self.text, self.entities, replacements, marks=marks)


def prepend_content(message: Json, content: str) -> str:
    """Put the description of a poll, a place or the like in front of the text of its message."""
    return "\n\n".join(part for part in (describe_content(message), content) if part.strip())
