"""Match model ids with patterns: the helper of `kinds`, `features` and `voices`."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matches_pattern(model_id: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern (`*` matches anything, case ignored) matches the id, with or without its vendor (`BAAI/…`)."""
    folded = model_id.casefold()
    names = {folded, folded.rpartition("/")[2]}
    return any(fnmatchcase(name, pattern.casefold()) for pattern in patterns for name in names)
