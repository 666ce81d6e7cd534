# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pypdfium2 has no annotations.
"""Read the text of PDF files.

PDFium ends its process when memory is short, and nothing else stops it in the middle of a page: two kilobytes can
expand to gigabytes. Call it in a decoder process.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from pypdfium2 import PdfDocument, PdfiumError

_TIMEOUT = 8.0
"""Seconds after which no further page is begun."""
_LINE_END_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?")
"""PDFium's characters for the hyphen of a word that continues in the next line."""


class UnreadablePdfError(Exception):
    """The file is broken, locked, or without text, like a scan."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """The text of the first pages."""

    text: str
    """Its beginning: one character more than was asked for tells that there is more."""
    length: int
    """Of all pages that were read."""
    pages_read: int
    pages: int


def read_pdf(data: bytes, *, max_length: int, timeout: float = _TIMEOUT) -> PdfText:
    """Read page by page until there are `max_length` characters, or for `timeout` seconds; raise `UnreadablePdfError`.

    PDFium lets one thread in at a time (its README: "not thread-safe").
    """
    deadline = time.monotonic() + timeout
    texts: list[str] = []
    length = 0
    try:
        with closing(PdfDocument(data)) as document:
            for text in _extract_pages(document):
                texts.append(text)
                length += len(text)
                if length > max_length or time.monotonic() > deadline:
                    break
            pages = len(document)
    except PdfiumError as error:
        raise UnreadablePdfError("the file is broken or locked") from error
    whole = "\n\n".join(filter(None, texts))
    if not whole:
        raise UnreadablePdfError("there is no text in the file")
    return PdfText(whole[: max_length + 1], len(whole), len(texts), pages)


def _extract_pages(document: PdfDocument) -> Iterator[str]:
    for number in range(len(document)):
        try:
            with closing(document[number]) as page, closing(page.get_textpage()) as words:
                text = str(words.get_text_bounded())
        except PdfiumError:  # this page is broken
            text = ""
        yield _LINE_END_HYPHEN.sub("", text).replace("\r\n", "\n").replace("\0", "").strip()
