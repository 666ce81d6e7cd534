"""Match model ids with patterns: the helper of the rules in this folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache


def matches_pattern(model_id: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern (`*` matches anything, case ignored) matches the id, with or without its vendor (`BAAI/…`)."""
    return _matches(model_id, tuple(patterns))


@lru_cache(maxsize=4096)
def _matches(model_id: str, patterns: tuple[str, ...]) -> bool:
    """Match an id; a question asks a dozen times about the same one."""
    folded = model_id.casefold()
    pattern = _compile(patterns)
    return any(pattern.match(name) for name in {folded, folded.rpartition("/")[2]})


@lru_cache(maxsize=64)
def _compile(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Compile all patterns into one: a list of thousands of models is matched with a hundred of them."""
    return re.compile("|".join(translate(pattern.casefold()) for pattern in patterns) or r"(?!)")
