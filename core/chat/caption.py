"""What stands under pictures: whose words they show, what the model was told, which model it was."""

from __future__ import annotations

import re

from .order import Order

_LONGEST = 1_000
"""Characters of a caption, marks included; see `Album`."""
_MARK = re.compile(r"\\*([*_`~#|>])")
"""What would dress the words, or hide, with what escapes it already; other marks of Markdown do no harm in a prompt."""


def caption(order: Order, model: str, note: str = "") -> str:
    """Markdown that shows the prompt, what was made of it where that differs, and a sentence to `note`."""
    end = "\n".join(part for part in (note, f"`{model}`") if part)
    translated = order.english not in {"", order.prompt}
    lines = [order.prompt, f"→ {order.words}"] if translated else [order.words]
    room = (_LONGEST - len(end)) // len(lines) - 1  # each with its line break
    return "\n".join([*(fitted(line, room) for line in lines), end])


def fitted(line: str, most: int) -> str:
    """Markdown of at most `most` characters that reads like `line`, or like its beginning and an ellipsis."""
    whole = _MARK.sub(r"\\\1", line)
    if len(whole) <= most:
        return whole
    cut = whole[: most - 1]
    dangling = (len(cut) - len(cut.rstrip("\\"))) % 2  # a backslash whose mark was cut off
    return cut[: len(cut) - dangling].rstrip() + "…"
