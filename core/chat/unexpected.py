"""The one broad net: what nobody foresaw ends one event, and nothing else."""

from __future__ import annotations

import secrets
import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from core.queue import OwnershipLostError
from core.redis import STORE_ERRORS, is_about_data

_FRAMES = 8


@dataclass(slots=True)
class UnexpectedErrors:
    """Keeps any exception that leaves its `with` block, but for those that the engine must know."""

    error: Exception | None = None
    """What was raised; None when nothing was."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> bool:
        if not isinstance(error, Exception) or _is_for_engine(error):
            return False
        self.error = error
        return True


def _is_for_engine(error: Exception) -> bool:
    """Whether the turn is not ours any more, or the store is away; what the store refuses for ever is neither."""
    return isinstance(error, OwnershipLostError) or (isinstance(error, STORE_ERRORS) and not is_about_data(error))


def new_reference() -> str:
    """A word by which a line of the log is found again."""
    return secrets.token_hex(3)


def traceback_places(error: Exception) -> list[str]:
    """Where an exception came from, the innermost place last; nothing of its text, which may be somebody's words."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
