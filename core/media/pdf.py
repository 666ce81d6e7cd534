# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pypdfium2 has no annotations.
"""The text of PDF files."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from threading import Lock

from pypdfium2 import PdfDocument, PdfiumError

_PDFIUM = Lock()
"""PDFium is one in a process, and lets one thread in at a time (its README: "not thread-safe")."""
_PATIENCE = 10.0
"""Seconds."""
_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?")
"""What PDFium puts for the hyphen of a word that goes on in the next line."""


class UnreadablePdfError(Exception):
    """The file is broken or locked, or has no text: pictures of pages have none."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The text of the first pages."""

    text: str
    read: int
    total: int


def read_pages(data: bytes, *, most: int, patience: float = _PATIENCE) -> Pages:
    """Read page by page until there are `most` characters, or for `patience` seconds; raise `UnreadablePdfError`.

    Other threads keep running, but those that want to read a PDF file wait for their turn, as long at most.
    """
    if not _PDFIUM.acquire(timeout=patience):
        raise UnreadablePdfError("another file takes too long")
    try:
        with closing(PdfDocument(data)) as document:
            return _read(document, most, patience)
    except PdfiumError as error:
        raise UnreadablePdfError("the file is broken or locked") from error
    finally:
        _PDFIUM.release()


def _read(document: PdfDocument, most: int, patience: float) -> Pages:
    deadline = time.monotonic() + patience
    texts: list[str] = []
    length = 0
    for text in _texts(document):
        texts.append(text)
        length += len(text)
        if length > most or time.monotonic() > deadline:
            break
    text = "\n\n".join(filter(None, texts))
    if not text:
        raise UnreadablePdfError("there is no text in the file")
    return Pages(text, len(texts), len(document))


def _texts(document: PdfDocument) -> Iterator[str]:
    for number in range(len(document)):
        try:
            # Closed at once: what the garbage collector closes, it closes in any thread.
            with closing(document[number]) as page, closing(page.get_textpage()) as words:
                text = str(words.get_text_bounded())
        except PdfiumError:  # this page is broken
            text = ""
        yield _HYPHEN.sub("", text).replace("\r\n", "\n").replace("\0", "").strip()
