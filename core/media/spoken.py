"""From Markdown to words that can be said aloud."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in place of things that cannot be read aloud, in the language of the reader."""

    code: str
    table: str
    link: str
    language: str
    """ISO 639-1, for the names of emoji."""


def spoken(markdown: str, words: Words) -> str:
    """Turn Markdown into plain sentences; "" when nothing in it can be said."""
    raise NotImplementedError


def sentences(text: str, most: int) -> list[str]:
    """Cut a text into pieces of at most `most` characters, at the ends of sentences where there are any."""
    raise NotImplementedError
