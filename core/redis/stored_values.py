"""Reading values of the store: another program may have written them, or another version of this one."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

import structlog
from pydantic import TypeAdapter

_T = TypeVar("_T")

_MAX_REPORTED_NAMES = 1000

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class StoredJson(Generic[_T]):
    """A type whose values are stored as JSON; fields that this version does not know are ignored."""

    def __init__(self, kind: type[_T]) -> None:
        self._adapter = TypeAdapter(kind)

    def parse(self, text: str | bytes) -> _T:
        """Parse a value; raises `ValueError` when it is no JSON, or has not the fields of the type."""
        return self._adapter.validate_python(json.loads(text))


def parse_stored(name: str, stored: str | bytes | None, parse: Callable[[str], _T]) -> _T | None:
    """Return what `parse` makes of a value; None when there is no value, or `parse` raises `ValueError`.

    A value that cannot be read counts as absent. Its `name` is logged once, the value never: it may hold what people
    wrote.
    """
    if stored is None:
        return None
    try:
        return parse(stored if isinstance(stored, str) else stored.decode())
    except (ValueError, RecursionError) as error:
        _report(name, type(error).__name__)
        return None


@lru_cache(_MAX_REPORTED_NAMES)
def _report(name: str, error: str) -> None:
    _log.error("a value of the store cannot be read and counts as absent", name=name, error=error)
