"""A question to a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A user's question, as the model reads it."""

    text: str
    images: tuple[str, ...] = ()
    """Pictures that belong to it, as data URLs."""
    files: tuple[str, ...] = ()
    """The same pictures by the platform's ids, to be downloaded again for the questions that follow."""
    event: str = ""
    """The event that asked it first, where it is asked again."""
    asker: str = ""
    """Who asked it first, where it is asked again."""
