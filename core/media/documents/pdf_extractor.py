# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pypdfium2 has no annotations.
"""The program that reads one PDF file: bytes on its standard input, JSON of `PdfText` on its standard output.

It is a process of its own because PDFium ends the process that it runs in when memory is short, and because nothing
else stops it in the middle of a page: two kilobytes can unfold to gigabytes.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict

from pypdfium2 import PdfDocument, PdfiumError

from .pdf_process import PdfText

try:
    import resource
except ImportError:  # not on Windows, where nothing is limited
    resource = None

_MEMORY = 600_000_000
"""Bytes of address space; 20 megabytes of plain text take a fifth of it."""
_PROCESSOR_TIME = 20
"""Seconds, for the case that nobody is left to end the process."""
_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?")
"""What PDFium puts for the hyphen of a word that goes on in the next line."""


def read(data: bytes, *, most: int, patience: float) -> PdfText:
    """Read page by page until there are `most` characters, or `patience` seconds are over; raise `PdfiumError`.

    PDFium lets one thread in at a time (its README: "not thread-safe").
    """
    deadline = time.monotonic() + patience
    texts: list[str] = []
    length = 0
    with closing(PdfDocument(data)) as document:
        for text in _texts(document):
            texts.append(text)
            length += len(text)
            if length > most or time.monotonic() > deadline:
                break
        whole = "\n\n".join(filter(None, texts))
        return PdfText(whole[: most + 1], len(whole), len(texts), len(document))


def _texts(document: PdfDocument) -> Iterator[str]:
    for number in range(len(document)):
        try:
            with closing(document[number]) as page, closing(page.get_textpage()) as words:
                text = str(words.get_text_bounded())
        except PdfiumError:  # this page is broken
            text = ""
        yield _HYPHEN.sub("", text).replace("\r\n", "\n").replace("\0", "").strip()


def _limit() -> None:
    if resource is None:
        return
    limits = {resource.RLIMIT_AS: _MEMORY, resource.RLIMIT_CPU: _PROCESSOR_TIME, resource.RLIMIT_CORE: 0}
    for what, most in limits.items():
        with suppress(ValueError, OSError):  # there is a stricter limit, or the system has none of this kind
            resource.setrlimit(what, (most, most))


def _main(most: str, patience: str) -> None:
    _limit()
    try:
        pages = read(sys.stdin.buffer.read(), most=int(most), patience=float(patience))
    except (PdfiumError, MemoryError):
        sys.exit(1)
    json.dump(asdict(pages), sys.stdout)


if __name__ == "__main__":
    _main(*sys.argv[1:])
