# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Character classes for the rules of Markdown marks."""

from __future__ import annotations

from unicodedata import category

_FIRST_UNSPACED = "\u0590"
_CHINESE_TOO = frozenset("“”‘’—…·")


def is_unspaced(character: str) -> bool:
    """Whether marks may touch the character on both sides, since its script sets no blanks or has prefixes.

    True for all scripts but Latin, Greek, Cyrillic and Armenian ones: Hebrew, Arabic, Thai, Khmer, Chinese, …, emoji.
    """
    if (
        character < _FIRST_UNSPACED or "\u1e00" <= character < "\u2e80"
    ):  # Latin letters of Vietnamese, old Greek, symbols
        return character in _CHINESE_TOO
    return True


def is_punctuation(character: str) -> bool:
    """Whether CommonMark's flanking rules take it for punctuation."""
    return bool(character) and category(character)[0] in "PS"
