"""Changes to a line, all found before the first is made; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start:end` of the line give way to `put`."""

    start: int
    end: int
    put: str


def apply_edits(line: str, edits: Iterable[Edit], held: int) -> str:
    """The line up to `held`, with the edits that lie before it."""
    parts: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < held and edit.end <= held:
            parts += [line[position : edit.start], edit.put]
            position = edit.end
    return "".join([*parts, line[position:held]])
