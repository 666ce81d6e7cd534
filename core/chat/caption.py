"""What stands under pictures: whose words they show, what the model was told, which model it was; and reading it."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.wanjie import ModelKind

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


def ordered_in(text: str, kind_of: Callable[[str], ModelKind]) -> str:
    """The prompt, when `text` is a caption as a platform gives it back; else the text itself."""
    lines = text.strip().splitlines()
    model = lines[-1].strip("` ") if len(lines) > 1 else ""
    is_caption = bool(model) and " " not in model and kind_of(model) == "image"
    return _MARK.sub(r"\1", lines[0]).strip() if is_caption else text


def fitted(line: str, most: int) -> str:
    """Markdown of at most `most` characters that reads like `line`, or like its beginning and an ellipsis."""
    whole = _MARK.sub(r"\\\1", line)
    if len(whole) <= most:
        return whole
    cut = whole[: most - 1]
    dangling = (len(cut) - len(cut.rstrip("\\"))) % 2  # a backslash whose mark was cut off
    return cut[: len(cut) - dangling].rstrip() + "…"
