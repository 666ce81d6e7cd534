"""Keep of an error's text the words that services and libraries use; what it quotes may be what people wrote."""

from __future__ import annotations

import re
from pathlib import Path

_MAX_TEXT_LENGTH, _MAX_LENGTH = 2_000, 300
"""Characters that are read, and that are kept."""
_MAX_DIGITS = 6
_OMITTED = "…"
"""Stands for words that were left out."""

_QUOTED = re.compile(r"\"[^\"]*\"?|(?<!\w)'(?:[^']|(?<=\w)'(?=\w))*'?|`[^`]*`?|“[^”]*”?|«[^»]*»?|「[^」]*」?")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+(?:'[a-z]+)?|\d+")
"""The words of `rateLimitExceeded`, of `RATE_LIMIT` and of `can't`."""

_KNOWN = frozenset(Path(__file__).with_suffix(".txt").read_text(encoding="ascii").split())
"""Words, in lower case, of the errors of the services and libraries that this project uses, and of its own."""


def keep_error_words(text: str) -> str:
    """Return the text of an error, in which every quotation, unknown word and long number is "…"; on one line.

    Codes such as `rate_limit_exceeded` are known if all their words are; a new word of a service belongs in the file.
    """
    bare = _QUOTED.sub(f" {_OMITTED} ", text[:_MAX_TEXT_LENGTH])
    words = [word if _is_known(word) else _OMITTED for word in bare.split()]
    kept = [word for place, word in enumerate(words) if word != _OMITTED or words[place - 1 : place] != [_OMITTED]]
    return " ".join(kept)[:_MAX_LENGTH]


def _is_known(word: str) -> bool:
    """Whether a word, with the signs around and in it, consists of known words."""
    if not word.isascii() or not word.isprintable():
        return word == _OMITTED
    return all(
        _is_known_part(found) or all(map(_is_known_part, _PARTS.findall(found))) for found in _WORD.findall(word)
    )


def _is_known_part(part: str) -> bool:
    return len(part) <= _MAX_DIGITS if part.isdecimal() else part.lower() in _KNOWN
