"""Reading documents into a question."""

from __future__ import annotations

import re

from core.chat.port.incoming import Attachment
from core.chat.port.outbox import Outbox
from core.chat.text.attribution import replace_marks
from core.chat.text.user_error import UserFacingError
from core.media.decoding.jobs_and_limits import read_document
from core.media.decoding_results import DocumentExcerpt, UnreadableDocumentError
from core.media.visible_text import is_blank

from .attachment_kinds import display_name, name_for_model
from .download_and_decode import ReceivedFiles

_BACKTICKS = re.compile(r"`+")


async def load_document(
    attachment: Attachment, outbox: Outbox, files: ReceivedFiles, *, most: int, person: str
) -> DocumentExcerpt:
    """Read up to `most` characters of a document that `person` has sent.

    Raises `UserFacingError`, whose sentence wants a `name`; `RecipientGoneError`.
    """
    job = read_document(attachment.name, attachment.mime, max_length=most)
    try:
        excerpt = await files.decode(job, attachment.id, outbox, size=attachment.size, person=person)
    except UnreadableDocumentError:
        raise UserFacingError("file.unreadable") from None
    if is_blank(excerpt.text):
        raise UserFacingError("file.unreadable")
    return excerpt


def format_document(attachment: Attachment, excerpt: DocumentExcerpt) -> str:
    """Return a document as a model reads it."""
    parts = [f"File: {display_name(attachment)}" if display_name(attachment) else "File"]
    if excerpt.pages:
        parts.append(f"pages 1 to {excerpt.pages_read} of {excerpt.pages}")
    if excerpt.is_cut:
        parts.append(f"cut after {len(excerpt.text):,} characters")
    return fence_untrusted(", ".join(parts), excerpt.text)


def fence_untrusted(heading: str, text: str) -> str:
    """Put text that is data, never an instruction, into a code fence that it cannot close."""
    fence = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))
    return f"[{name_for_model(heading)}]\n{fence}\n{replace_marks(text).strip()}\n{fence}"
