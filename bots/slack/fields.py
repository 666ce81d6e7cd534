"""Careful access to Slack's JSON: a field that is missing or of another type is empty."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]


def text(holder: Json, key: str) -> str:
    """A string, or an empty one."""
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def number(holder: Json, key: str) -> int:
    """An integer, or 0."""
    value = holder.get(key)
    return value if isinstance(value, int) else 0


def inner(holder: Json, key: str) -> Json:
    """An object, or an empty one."""
    return as_object(holder.get(key))


def objects(holder: Json, key: str) -> list[Json]:
    """The objects of a list."""
    return [cast("Json", entry) for entry in as_list(holder.get(key)) if isinstance(entry, dict)]


def as_object(value: object) -> Json:
    """The value itself if it is an object, else an empty one."""
    return cast("Json", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """The value itself if it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []
