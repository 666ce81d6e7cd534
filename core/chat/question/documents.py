"""Reading documents into a question."""

from __future__ import annotations

import re

from core.chat.port.incoming import Attachment
from core.chat.port.outbox import Outbox
from core.chat.text.user_error import ExcuseError
from core.media.documents.reader import Excerpt, UnreadableDocumentError, read_document
from core.media.thread_pool import Workshop
from core.media.visible_text import is_blank

from .attachments import fetched, title

_TICKS = re.compile(r"`+")


async def read_paper(attachment: Attachment, outbox: Outbox, workshop: Workshop, *, most: int) -> Excerpt:
    """Read up to `most` characters of a document.

    Raises `ExcuseError`, whose sentence wants a `name`; `GoneError`.
    """
    async with workshop.table:
        data = await fetched(attachment.id, outbox, size=attachment.size)
        try:
            excerpt = await workshop.run(read_document, data, attachment.name, attachment.mime, most=most)
        except UnreadableDocumentError:
            raise ExcuseError("file.unreadable") from None
    if is_blank(excerpt.text):
        raise ExcuseError("file.unreadable")
    return excerpt


def paper(attachment: Attachment, excerpt: Excerpt) -> str:
    """A document as a model will read it."""
    parts = [f"File: {title(attachment)}" if title(attachment) else "File"]
    if excerpt.pages:
        parts.append(f"pages 1 to {excerpt.pages_read} of {excerpt.pages}")
    if excerpt.cut:
        parts.append(f"cut after {len(excerpt.text):,} characters")
    return as_data(", ".join(parts), excerpt.text)


def as_data(heading: str, text: str) -> str:
    """Somebody else's words in a fence that they cannot leave."""
    fence = "`" * max(3, 1 + max((len(ticks) for ticks in _TICKS.findall(text)), default=0))
    return f"[{heading}]\n{fence}\n{text.strip()}\n{fence}"
