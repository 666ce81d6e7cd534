"""Which models somebody may mean whose spelling fits none; pure."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import fuzz, process

_MIN_SIMILARITY = 60
"""Score (0 to 100, rapidfuzz's WRatio) from which a model may be the one that the user means."""


def find_similar_names(text: str, spellings: Mapping[str, str], most: int) -> tuple[str, ...]:
    """Return at most so many ids of models whose `spellings` are similar to `text`, best first."""
    found = process.extract(text, spellings, scorer=fuzz.WRatio, limit=most, score_cutoff=_MIN_SIMILARITY)
    return tuple(name for _, _, name in found)
