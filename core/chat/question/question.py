"""What a model is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """What the user wants to know, as the model will read it."""

    text: str
    images: tuple[str, ...] = ()
    """Pictures that belong to it, as data URLs."""
    files: tuple[str, ...] = ()
    """The same pictures by the platform's ids, to be fetched again for the questions that follow."""
    event: str = ""
    """The event that asked it first, where it is asked again."""
