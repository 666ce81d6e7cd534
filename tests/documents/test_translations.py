"""A document in two languages has the same structure in both."""

import re

import pytest

from .markdown_documents import ROOT, Document, list_documents, read_document

CHINESE = [document for document in list_documents() if document.name.endswith(".zh-CN.md")]


def strip_remarks(block: str) -> str:
    """Return the block without comments and placeholders, which are translated."""
    return re.sub(r" *#.*|<[^>\n]*>", "", block)


def find_latin_values(code: list[str]) -> set[str]:
    """What is the same in every language: names of settings, and addresses."""
    return {span for span in code if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+(=[\w.:/-]*)?|https?://[\w.:/-]+", span)}


@pytest.mark.parametrize("chinese", CHINESE, ids=lambda document: document.name)
def test_both_languages_have_the_same_structure_and_name_the_same_settings(chinese: Document) -> None:
    english = read_document(ROOT / chinese.name.replace(".zh-CN.md", ".md"))

    assert chinese.shape == english.shape
    assert find_latin_values(chinese.code) == find_latin_values(english.code)


@pytest.mark.parametrize("chinese", CHINESE, ids=lambda document: document.name)
def test_both_languages_have_the_same_commands(chinese: Document) -> None:
    english = read_document(ROOT / chinese.name.replace(".zh-CN.md", ".md"))

    assert [strip_remarks(text) for _, text in chinese.blocks] == [strip_remarks(text) for _, text in english.blocks]


def test_there_are_translations() -> None:
    assert len(CHINESE) >= 3
