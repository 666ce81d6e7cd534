"""The small line below an answer that says what it has used; it is no part of the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.usage import UsedAmount

from .format_cost import format_cost

_SIGN = "Σ"
"""What the line begins with, by which it is known when somebody quotes the answer."""
_LINE = re.compile(rf"\s*^{_SIGN} [^\n]*\Z", re.MULTILINE)


def format_cost_line(used: Sequence[UsedAmount]) -> str:
    """Return Markdown to be put below an answer; "" when nothing was used. It is the same in every language."""
    tokens, cost = sum(each.amount.tokens for each in used), sum(each.cost for each in used)
    if not tokens:
        return ""
    return f"\n\n_{_SIGN} {tokens:,} tokens{f' · {format_cost(cost)}' if cost else ''}_"


def remove_cost_line(shown: str) -> str:
    """Return the text of a message, as a platform returns it, without the line at its end."""
    return _LINE.sub("", shown)
