"""Remove the parts of a message that repeat others: Slack delivers the same words in several forms; pure."""

from __future__ import annotations

from collections.abc import Iterable

from core.chat.text.letters_and_digits import letters_and_digits

from .mrkdwn_to_text import parse_mrkdwn

_MIN_REPEATED_LETTERS = 20
"""Shorter texts that occur elsewhere in the message may do so by coincidence and are kept."""


def remove_repetitions(parts: Iterable[str]) -> list[str]:
    """Remove empty and repeated parts: equal ones, and long ones that are contained in earlier ones."""
    kept = [part for part in parts if part]
    if not kept[1:]:
        return kept  # nearly every message; reading the letters costs more than the rest
    found: dict[str, str] = {}
    for part in kept:
        letters = extract_letters(part)
        contained = len(letters) >= _MIN_REPEATED_LETTERS and any(letters in earlier for earlier in found)
        if not contained:
            found.setdefault(letters, part)
    return list(found.values())


def extract_letters(mrkdwn: str) -> str:
    """Return the letters and digits that a reader sees, by which parts are compared."""
    return letters_and_digits(parse_mrkdwn(mrkdwn, "").text)
