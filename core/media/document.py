"""The words of a document."""

from __future__ import annotations

from dataclasses import dataclass


class UnreadableDocumentError(Exception):
    """The file holds no text that can be read here: another kind of file, a broken or a locked one."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The beginning of a document's text."""

    text: str
    characters: int
    """Of the whole text, as far as it was read to find out."""
    pages: int = 0
    """Of the document; 0 when it has none."""
    pages_read: int = 0

    @property
    def cut(self) -> bool:
        """Whether something of the document is missing."""
        return len(self.text) < self.characters or self.pages_read < self.pages


def read_document(data: bytes, name: str, mime: str, *, most: int) -> Excerpt:
    """Read text, code, CSV or PDF up to `most` characters; raise `UnreadableDocumentError`."""
    raise NotImplementedError
