"""What stands under pictures: whose words they show, what the model was told, which model it was; and reading it."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.wanjie import ModelKind

from .image_prompt import ImagePrompt

_LONGEST = 1_000
"""Characters of a caption, marks included; see `Album`."""
_MARK = re.compile(r"\\*([*_`~#|>])")
"""What would dress the words, or hide, with what escapes it already; other marks of Markdown do no harm in a prompt."""


def caption(prompt: ImagePrompt, model: str, note: str = "") -> str:
    """Markdown that shows the prompt, what was made of it where that differs, and a sentence to `note`."""
    end = "\n".join(part for part in (note, f"`{model}`") if part)
    translated = prompt.english not in {"", prompt.prompt}
    lines = [prompt.prompt, f"→ {prompt.words}"] if translated else [prompt.words]
    room = (_LONGEST - len(end)) // len(lines) - 1  # each with its line break
    return "\n".join([*(fitted(line, room) for line in lines), end])


def prompt_in_caption(text: str, kind_of: Callable[[str], ModelKind], *, pictured: bool) -> str:
    """The prompt, or the beginning of a long one, when `text` is a caption as a platform gives it back; else "".

    Not all captions come back with their pictures. Without them (not `pictured`), only a translation may stand between
    the prompt and the model, and no mere word is taken for a model: people write such lines, too.
    """
    prompt, _, below = text.strip().partition("\n")
    *between, last = below.splitlines() or [""]
    model = last.strip("` ")
    if not model or " " in model or kind_of(model) != "image":
        return ""
    if not pictured and (last.isalpha() or (between and not between[0].startswith("→ "))):
        return ""
    return _MARK.sub(r"\1", prompt).strip().removesuffix("…").rstrip()


def fitted(line: str, most: int) -> str:
    """Markdown of at most `most` characters that reads like `line`, or like its beginning and an ellipsis."""
    whole = _MARK.sub(r"\\\1", line)
    if len(whole) <= most:
        return whole
    cut = whole[: most - 1]
    dangling = (len(cut) - len(cut.rstrip("\\"))) % 2  # a backslash whose mark was cut off
    return cut[: len(cut) - dangling].rstrip() + "…"
