# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Letters and punctuation as the rules of Markdown's marks see them."""

from __future__ import annotations

from unicodedata import category

_FIRST_UNSPACED = "\u0590"
_CHINESE_TOO = frozenset("“”‘’—…·")


def is_unspaced(character: str) -> bool:
    """Whether marks touch such a letter or stop on both sides: words are not set apart by blanks, or have prefixes.

    True for all scripts but Latin, Greek, Cyrillic and Armenian ones: Hebrew, Arabic, Thai, Khmer, Chinese, …, emoji.
    """
    if (
        character < _FIRST_UNSPACED or "\u1e00" <= character < "\u2e80"
    ):  # Latin letters of Vietnamese, old Greek, symbols
        return character in _CHINESE_TOO
    return True


def is_punctuation(character: str) -> bool:
    """Whether CommonMark's rules of flanking take it for punctuation."""
    return bool(character) and category(character)[0] in "PS"
