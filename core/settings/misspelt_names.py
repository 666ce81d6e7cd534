"""Find environment variables whose names are misspelt."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rapidfuzz import fuzz, process

_MIN_SIMILARITY = 80.0
"""Of 100; a name that lacks one of three words, as BOT in `…_BOT_TOKEN`, is at 87."""


def find_misspelt_names(
    names: Iterable[str], known: Collection[str], prefixes: Collection[str], place: str
) -> list[str]:
    """Return a sentence for each unknown name in `place` that has one of the prefixes or resembles a known name.

    Names with a prefix that other programs use, too, are reported only if they resemble a known one.
    """
    sentences: list[str] = []
    for name in sorted({name.upper() for name in names} - set(known)):
        found = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
        if found is not None:
            sentences.append(f"{name} {place} is not a setting; did you mean {found[0]}?")
        elif any(name.startswith(prefix) for prefix in prefixes):
            sentences.append(f"{name} {place} is not a setting.")
    return sentences
