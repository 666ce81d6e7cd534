# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pypdfium2 has no annotations.
"""The program that `pdf_process` starts for one PDF file: bytes on its input, JSON of `PdfText` on its output.

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

_MAX_MEMORY_BYTES = 600_000_000
"""Bytes of address space; 20 megabytes of plain text take a fifth of it."""
_MAX_CPU_SECONDS = 20
"""Seconds; a limit in case the parent dies and cannot kill the process."""
_LINE_END_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?")
"""PDFium's characters for the hyphen of a word that continues in the next line."""


def extract_text(data: bytes, *, max_length: int, timeout: float) -> PdfText:
    """Read page by page until there are `max_length` characters, or `timeout` seconds are over; raise `PdfiumError`.

    PDFium lets one thread in at a time (its README: "not thread-safe").
    """
    deadline = time.monotonic() + timeout
    texts: list[str] = []
    length = 0
    with closing(PdfDocument(data)) as document:
        for text in _extract_pages(document):
            texts.append(text)
            length += len(text)
            if length > max_length or time.monotonic() > deadline:
                break
        whole = "\n\n".join(filter(None, texts))
        return PdfText(whole[: max_length + 1], len(whole), len(texts), len(document))


def _extract_pages(document: PdfDocument) -> Iterator[str]:
    for number in range(len(document)):
        try:
            with closing(document[number]) as page, closing(page.get_textpage()) as words:
                text = str(words.get_text_bounded())
        except PdfiumError:  # this page is broken
            text = ""
        yield _LINE_END_HYPHEN.sub("", text).replace("\r\n", "\n").replace("\0", "").strip()


def _limit_resources() -> None:
    if resource is None:
        return
    limits = {resource.RLIMIT_AS: _MAX_MEMORY_BYTES, resource.RLIMIT_CPU: _MAX_CPU_SECONDS, resource.RLIMIT_CORE: 0}
    for what, most in limits.items():
        with suppress(ValueError, OSError):  # there is a stricter limit, or the system has none of this kind
            resource.setrlimit(what, (most, most))


def _main(max_length: str, timeout: str) -> None:
    _limit_resources()
    try:
        pages = extract_text(sys.stdin.buffer.read(), max_length=int(max_length), timeout=float(timeout))
    except (PdfiumError, MemoryError):
        sys.exit(1)
    json.dump(asdict(pages), sys.stdout)


if __name__ == "__main__":
    _main(*sys.argv[1:])
