"""Guessing how many tokens a text has."""

from __future__ import annotations


def estimate_tokens(text: str) -> int:
    """Guess the number of tokens: four ASCII characters or one other character each.

    A rule of thumb that errs on the high side for most tokenizers; the platform documents no tokenizer of its models.
    """
    ascii_count = len(text) if text.isascii() else sum(character.isascii() for character in text)
    return ascii_count // 4 + (len(text) - ascii_count) + 1
