"""Edits of a line, which are all found before the first is applied; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement for the characters `start:end` of a line."""

    start: int
    end: int
    replacement: str


def apply_edits(line: str, edits: Iterable[Edit], stop: int) -> str:
    """Return the line up to `stop`, with the edits before it applied."""
    parts: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < stop and edit.end <= stop:
            parts += [line[position : edit.start], edit.replacement]
            position = edit.end
    return "".join([*parts, line[position:stop]])
