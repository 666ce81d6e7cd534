"""The names of the house: the words that were retired do not come back, neither in names nor in paths."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = [path for folder in ("core", "bots", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
RETIRED = frozenset(
    # Metaphors that stood for the field's terms, and what they are called now.
    {
        "adoption",  # takeover
        "deed",  # tool
        "deeds",
        "desk",  # Services
        "stamp",  # ButtonData
        "gist",  # CollectedInput
        "hearing",  # Transcriber
        "seeing",  # ImageLoader
        "excuse",  # UserFacingError
        "film",  # video
        "films",
        "haul",  # DownloadedImages
        "insist",  # retry
        "insisting",
        "papers",  # PDF files
        "shelf",  # ModelGroup
        "workshop",  # ThreadPool
        "easel",  # decode_lock
        "horizon",  # MessageIdTracker, position_marker
        "dress",  # Decoration, formatting
        "seat",  # Persona
        "nap",  # _RETRY_DELAY
        "glance",  # _POLL_INTERVAL
        "patience",  # _TIMEOUT
        "seats",
        "shelves",
        "talk",  # conversation
        "talks",
        "thinking",  # reasoning
        "thoughts",
    }
)


def words(name: str) -> list[str]:
    """The words of a name in snake_case or CamelCase, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def names(path: Path) -> Iterator[str]:
    """What a module defines: its classes, functions, parameters, variables and fields."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case _:
                pass


def retired(path: Path) -> Iterator[str]:
    """The names and parts of the path of a module in which a retired word stands."""
    place = path.relative_to(ROOT).with_suffix("")
    for name in (*place.parts, *names(path)):
        if RETIRED.intersection(words(name)):
            yield f"{place}: {name}"


def test_no_retired_word_stands_in_a_name() -> None:
    assert len(SOURCES) > 700
    assert [found for path in SOURCES for found in retired(path)] == []


def test_the_core_names_no_platform() -> None:
    files = [path for path in (ROOT / "core").rglob("*") if path.suffix in {".py", ".toml", ".lua"}]
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search("telegram|slack", line, re.IGNORECASE)
    ]

    assert files
    assert found == []
