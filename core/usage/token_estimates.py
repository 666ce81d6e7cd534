"""How many tokens something counts as while nobody reports it: a text, a picture, a second of sound, an answer."""

from __future__ import annotations

PICTURE_TOKENS = 1_000
"""Tokens that a picture counts as, read or drawn: OpenAI documents 1,056 for one of 1024x1024 in medium quality."""
SECOND_TOKENS = 32
"""Tokens that a second of sound counts as (Gemini API docs, "Understand and count tokens")."""
ANSWER_TOKENS = 1_000
"""Tokens that are reserved for an answer: few are longer, and what is longer counts when it ends."""


def estimate_tokens(text: str) -> int:
    """Guess the number of tokens: four ASCII characters or one other character each.

    A rule of thumb that errs on the high side for most tokenizers; the platform documents no tokenizer of its models.
    """
    ascii_count = len(text) if text.isascii() else sum(character.isascii() for character in text)
    return ascii_count // 4 + (len(text) - ascii_count) + 1
