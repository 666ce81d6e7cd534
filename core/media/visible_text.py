"""Whether a text shows anything; pure."""

from __future__ import annotations

import re
from unicodedata import category

_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffc\U000e0000-\U000e0fff]"
)
"""Fillers, variation selectors and the blank of Braille, which Unicode counts as letters, marks or symbols."""
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of `text`: it has only white space, controls and characters without a shape.

    Platforms refuse such texts as empty, each by a list of its own; this is more than any of them has.
    """
    return all(
        character.isspace() or category(character) in _INVISIBLE_CATEGORIES or _INVISIBLE.match(character) is not None
        for character in text
    )


def strip_invisible(text: str) -> str:
    """Return `text` without white space around it, "" when a reader sees nothing of it."""
    return "" if is_blank(text) else text.strip()
