"""Read the text of a document of any supported type."""

from __future__ import annotations

from core.media.decoding_results import DocumentExcerpt, UnreadableDocumentError

from .pdf_text import UnreadablePdfError, read_pdf
from .plain_text import NotTextError, read_text

_PDF_SIGNATURE = b"%PDF-"
_ARCHIVE_SIGNATURES = (b"PK\x03\x04", b"\x1f\x8b")
"""ZIP, as of office documents and books, and gzip. Nothing is unpacked here, and what is packed may pass for text."""
_PDF_SIGNATURE_RANGE = 1024
"""Bytes before which readers look for the mark (PDF Reference 1.7, implementation note 13)."""


def read_document(data: bytes, name: str, mime: str, *, max_length: int) -> DocumentExcerpt:
    """Read text, code, CSV or PDF up to `most` characters; raise `UnreadableDocumentError`.

    A cut text ends with a whole line if its lines are not too long. No page of a PDF file is begun after eight
    seconds.
    """
    if data.startswith(_ARCHIVE_SIGNATURES):
        raise UnreadableDocumentError(f"{name} is an archive")
    try:
        if _is_pdf(data, name, mime):
            pages = read_pdf(data, max_length=max_length)
            return DocumentExcerpt(_truncate(pages.text, max_length), pages.length, pages.pages, pages.pages_read)
        text, characters = read_text(data, max_length=max_length + 1)
    except (UnreadablePdfError, NotTextError) as error:
        raise UnreadableDocumentError(f"{name} cannot be read") from error
    return DocumentExcerpt(_truncate(text, max_length), characters)


def _is_pdf(data: bytes, name: str, mime: str) -> bool:
    """Decide by type and content; "%PDF" further inside may be a word of a text, unless the type says PDF as well."""
    late = mime == "application/pdf" and _PDF_SIGNATURE in data[:_PDF_SIGNATURE_RANGE]
    return late or data.startswith(_PDF_SIGNATURE) or name.lower().endswith(".pdf")


def _truncate(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    line_end = text.rfind("\n", most // 2, most + 1)
    return text[: line_end if line_end > 0 else most]
