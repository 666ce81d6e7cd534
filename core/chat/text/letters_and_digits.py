"""Comparing texts whose marks and spaces may differ; pure."""

from __future__ import annotations


def letters_and_digits(text: str) -> str:
    """Return the letters and digits of a text, of every script, and nothing else."""
    return "".join(filter(str.isalnum, text))
