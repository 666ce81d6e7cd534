"""Links and pictures of the documents lead somewhere."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .markdown_documents import Document, list_documents, read_document

DOCUMENTS = list_documents()


def leads_somewhere(document: Document, link: str) -> bool:
    address = urlsplit(link)
    if address.scheme:
        return address.scheme in {"https", "mailto"} and "." in address.netloc + address.path
    target = document.path if not address.path else (document.path.parent / address.path).resolve()
    if not target.exists():
        return False
    return not address.fragment or address.fragment in read_document(Path(target)).anchors


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_link_and_picture_exists(document: Document) -> None:
    broken = [link for link in document.links + document.images if not leads_somewhere(document, link)]

    assert broken == []


def test_there_are_links_and_pictures_to_check() -> None:
    assert sum(len(document.links) for document in DOCUMENTS) > 50
    assert sum(len(document.images) for document in DOCUMENTS) > 1
