"""Tolerant access to JSON of other services: a field that is missing or of another type is empty."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]
_INT_LIMIT = 2**63


def get_text(holder: Json, key: str) -> str:
    """Return a string of valid Unicode, or ""."""
    value = holder.get(key)
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def get_int(holder: Json, key: str) -> int:
    """Return an integer of at most 64 bits, or 0."""
    value = holder.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _INT_LIMIT else 0


def get_object(holder: Json, key: str) -> Json:
    """Return an object, or an empty one."""
    return as_object(holder.get(key))


def get_list(holder: Json, key: str) -> list[object]:
    """Return a list, or an empty one."""
    return as_list(holder.get(key))


def get_objects(holder: Json, key: str) -> list[Json]:
    """Return the objects of a list that are not empty."""
    return [found for found in map(as_object, get_list(holder, key)) if found]


def as_object(value: object) -> Json:
    """Return the value if it is an object, else an empty one."""
    return cast("Json", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return the value if it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []
