"""How long a chat keeps what was said in it, as long as the deployment or less, and its preferences; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

PREFERENCES_LIFETIME = timedelta(days=400)
"""Longer than a chat in use is silent, so that a team which asks once a year keeps its choices."""
RETENTIONS: Mapping[str, timedelta] = {"day": timedelta(days=1), "week": timedelta(days=7)}
"""What a chat may choose (`ChatPreferences.keep`): the time after its last exchange."""


def limit_lifetime(lifetime: timedelta, choice: str | None) -> timedelta:
    """Return the lifetime of a chat's words; a choice never makes it longer than that of the deployment."""
    return min(lifetime, RETENTIONS.get(choice or "", lifetime))


def list_retentions(lifetime: timedelta) -> list[str]:
    """List the choices that are shorter than the lifetime of the deployment."""
    return [choice for choice, limit in RETENTIONS.items() if limit < lifetime]
