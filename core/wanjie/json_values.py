"""JSON from outside: any field may be missing, null or of another type."""

from __future__ import annotations

import json
from typing import Any, cast

NOT_JSON = object()
"""Stands for a text that is not JSON, where null may be a valid value."""


def parse_json(text: str | bytes, default: object = None) -> object:
    """Parse a document; return `default` when it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return default


def as_object(raw: object) -> dict[str, Any]:
    """Return an object as it is, anything else as {}."""
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}


def as_objects(raw: object) -> list[dict[str, Any]]:
    """Return a list of objects; a single object, which some gateways send instead, as a list of one."""
    if isinstance(raw, dict):
        return [cast("dict[str, Any]", raw)]
    return [as_object(entry) for entry in as_list(raw)]


def as_list(raw: object) -> list[object]:
    """Return a list as it is, anything else as []."""
    return cast("list[object]", raw) if isinstance(raw, list) else []


def as_text(raw: object) -> str:
    """Return a string as it is, anything else as ""."""
    return raw if isinstance(raw, str) else ""


def as_int(raw: object) -> int:
    """Return a whole number, anything else as 0."""
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    return raw if isinstance(raw, int) else 0
