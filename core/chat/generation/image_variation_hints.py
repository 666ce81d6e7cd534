"""The ideas by which the variations of a picture differ: they are added to its prompt, one after the other."""

from __future__ import annotations

_HINTS = ("another composition", "another angle", "different colours", "another mood")
"""Hints that make variations. The Open API has no seed, and the same prompt may make the same picture again."""


def add_variation_hint(prompt: str, variation: int) -> str:
    """Return the prompt of a variation; the first prompt, 0, has no hint."""
    return f"{prompt}, {_HINTS[(variation - 1) % len(_HINTS)]}" if variation else prompt
