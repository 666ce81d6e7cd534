"""Catching unexpected errors: each ends one event, and nothing else."""

from __future__ import annotations

import secrets
import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from core.queue import OwnershipLostError
from core.redis import STORE_ERRORS, is_about_data

_MAX_FRAMES = 8


@dataclass(slots=True)
class UnexpectedErrors:
    """Catches any exception that leaves its `with` block, except those that the queue must see."""

    error: Exception | None = None
    """The exception that was caught; None when there was none."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> bool:
        if not isinstance(error, Exception) or _is_for_queue(error):
            return False
        self.error = error
        return True


def _is_for_queue(error: Exception) -> bool:
    """Whether the job is lost to another process, or the store is away; data that the store refuses is neither."""
    return isinstance(error, OwnershipLostError) or (isinstance(error, STORE_ERRORS) and not is_about_data(error))


def new_reference() -> str:
    """Return a word by which a line of the log is found."""
    return secrets.token_hex(3)


def traceback_places(error: Exception) -> list[str]:
    """Return where an exception was raised, the innermost place last, without its text, which may quote a user."""
    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
