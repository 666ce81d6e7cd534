"""Read PDF files in a process of their own (`pdf_extractor`), with limits on time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

_READ_TIMEOUT = 8.0
"""Seconds after which no further page is begun."""
_KILL_TIMEOUT = 10.0
"""Seconds after which the process is killed: a single page may never end."""


class UnreadablePdfError(Exception):
    """The file is broken, locked, too expensive to read, or has no text, as scanned pages have none."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """The text of the first pages."""

    text: str
    """Its beginning: one character more than was asked for tells that there is more."""
    length: int
    """Of all pages that were read."""
    pages_read: int
    pages: int


def read_pdf(data: bytes, *, max_length: int, kill_timeout: float = _KILL_TIMEOUT) -> PdfText:
    """Read page by page until there are `most` characters, or for eight seconds; raise `UnreadablePdfError`.

    The work is done in another process, with little memory and none of our secrets, which is killed after `limit`
    seconds.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own program and two numbers
            [sys.executable, "-P", "-m", f"{__package__}.pdf_extractor", str(max_length), str(_READ_TIMEOUT)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            timeout=kill_timeout,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise UnreadablePdfError("the file is broken, locked or too much") from error
    pages = PdfText(**json.loads(done.stdout))
    if not pages.text:
        raise UnreadablePdfError("there is no text in the file")
    return pages
