"""The documents of the repository, taken apart by the parser that the renderer for Telegram stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyromark
from pyromark.event import Event

ROOT = Path(__file__).parents[2]
_SPACES = re.compile(r"\s")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass
class Document:
    """What a Markdown file holds that can be checked."""

    path: Path
    headings: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Level and text."""
    links: list[str] = field(default_factory=list[str])
    images: list[str] = field(default_factory=list[str])
    code: list[str] = field(default_factory=list[str])
    """What stands between backticks on a line."""
    blocks: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Language and text of each code block."""
    shape: list[str] = field(default_factory=list[str])
    """Headings, paragraphs, tables with their columns, rows, list items, code blocks and images, in their order."""

    @property
    def name(self) -> str:
        """The path in the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def anchors(self) -> set[str]:
        """The fragments by which the headings are linked, as GitHub makes them."""
        return {_NOT_IN_ANCHORS.sub("", text.lower()).replace(" ", "-") for _, text in self.headings}

    def find(self, target: str) -> Path | None:
        """Return the file of the repository that the document names: beside itself or from the root; None if absent."""
        return next((place for place in (self.path.parent / target, ROOT / target) if place.exists()), None)


@cache
def read_document(path: Path) -> Document:
    """Read one document; kept, since each test asks for it."""
    document = Document(path)
    collected = ""
    for event in pyromark.events(path.read_text(encoding="utf-8"), options=pyromark.Options.ENABLE_TABLES):
        match event:
            case {"Start": {"Heading": _}} | {"Start": {"CodeBlock": _}}:
                collected = ""
            case {"End": {"Heading": level}}:
                document.headings.append((int(level[1:]), collected))
            case {"End": "CodeBlock"}:
                document.blocks[-1] = (document.blocks[-1][0], collected)
            case {"Code": text}:
                document.code.append(_SPACES.sub(" ", text))
                collected += text
            case {"Text": text}:
                collected += text
            case _:
                pass
        _note_start(document, event)
    return document


def _note_start(document: Document, event: Event) -> None:
    match event:
        case {"Start": {"Link": {"dest_url": target}}}:
            document.links.append(target)
        case {"Start": {"Image": {"dest_url": target}}}:
            document.images.append(target)
            document.shape.append("image")
        case {"Start": {"CodeBlock": kind}}:
            language = "" if isinstance(kind, str) else kind["Fenced"]
            document.blocks.append((language, ""))
            document.shape.append(f"code: {language}")
        case {"Start": {"Heading": {"level": level}}}:
            document.shape.append(level)
        case {"Start": {"Table": columns}}:
            document.shape.append(f"table of {len(columns)} columns")
        case {"Start": ("TableRow" | "Item" | "Paragraph") as kind}:
            document.shape.append(kind)
        case _:
            pass


def list_documents() -> list[Document]:
    """List every document that people read, in the order of their paths."""
    return [read_document(path) for path in sorted(_list_paths())]


def _list_paths() -> Iterator[Path]:
    for folder, pattern in (
        (".", "*.md"),
        ("docs", "**/*.md"),
        ("deploy", "**/*.md"),
        (".github", "**/*.md"),
    ):
        yield from (ROOT / folder).glob(pattern)
