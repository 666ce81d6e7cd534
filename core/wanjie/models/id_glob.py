"""Models told by patterns of their ids, which is all that the list of models gives."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matches_pattern(model_id: str, patterns: Iterable[str]) -> bool:
    """Whether any pattern (`*` matches anything, case ignored) fits the id or the part behind its vendor (`BAAI/…`)."""
    folded = model_id.casefold()
    names = {folded, folded.rpartition("/")[2]}
    return any(fnmatchcase(name, pattern.casefold()) for pattern in patterns for name in names)
