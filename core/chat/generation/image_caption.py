"""The caption of generated pictures (prompt, translation, model), and reading the prompt back from one."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.chat.port.incoming import Incoming
from core.chat.port.markdown import format_code
from core.chat.port.names import remove_direction_marks
from core.media.visible_text import strip_invisible
from core.wanjie import ModelKind

from .image_prompt import ImagePrompt

_MAX_LENGTH = 1_000
"""Characters of a caption, marks included; see `Album`."""
_MARK = re.compile(r"\\*([*_`~#|>])")
"""Marks that would format or hide words, with the backslashes before them."""
_BRACKET, _BRACKET_ENTITY = "[", "&#91;"
"""Links: a backslash would be shown before a bracket."""
_ENTITY_PIECE = re.compile(r"&#?\d{0,2}\Z")


def caption(prompt: ImagePrompt, model: str, note: str = "") -> str:
    """Return Markdown that shows the prompt, its translation where there is one, a `note` and the model."""
    end = "\n".join(part for part in (note, format_code(model)) if part)
    translated = prompt.english not in {"", prompt.prompt}
    lines = [prompt.prompt, f"→ {prompt.words}"] if translated else [prompt.words]
    room = (_MAX_LENGTH - len(end)) // len(lines) - 1  # each with its line break
    return "\n".join([*(fit_line(line, room) for line in lines), end])


def prompt_in_caption(text: str, kind_of: Callable[[str], ModelKind], *, pictured: bool) -> str:
    """Return the prompt, or the beginning of a long one, when `text` is a caption as a platform returns it; else "".

    Not all captions come back with their pictures. Without them (not `pictured`), only a translation may stand between
    the prompt and the model, and a plain word is not taken for a model: people write such lines, too.
    """
    prompt, _, below = text.strip().partition("\n")
    *between, last = below.splitlines() or [""]
    model = last.strip("` ")
    if not model or " " in model or kind_of(model) != "image":
        return ""
    if not pictured and (last.isalpha() or (between and not between[0].startswith("→ "))):
        return ""
    return _MARK.sub(r"\1", prompt).strip().removesuffix("…").rstrip()


def quoted_prompt(incoming: Incoming, kind_of: Callable[[str], ModelKind]) -> str:
    """Return the prompt of generated pictures that a message replies to; "" when it replies to nothing like that."""
    pictured = any(attachment.kind == "image" for attachment in incoming.quoted_attachments)
    return prompt_in_caption(incoming.quoted, kind_of, pictured=pictured)


def quoted_text(incoming: Incoming, kind_of: Callable[[str], ModelKind]) -> str:
    """Return the text of the message that is replied to; of generated pictures, only their prompt."""
    return quoted_prompt(incoming, kind_of) or strip_invisible(incoming.quoted)


def fit_line(line: str, most: int) -> str:
    """Return Markdown of at most `most` characters that reads like `line`, or like its beginning and an ellipsis."""
    whole = _MARK.sub(r"\\\1", remove_direction_marks(line)).replace(_BRACKET, _BRACKET_ENTITY)
    if len(whole) <= most:
        return whole
    cut = _ENTITY_PIECE.sub("", whole[: most - 1])
    dangling = (len(cut) - len(cut.rstrip("\\"))) % 2  # a backslash whose mark was cut off
    return cut[: len(cut) - dangling].rstrip() + "…"
