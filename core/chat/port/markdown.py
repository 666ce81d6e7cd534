"""Text that is Markdown, as opposed to text that is shown as it is; pure.

Everything that a platform is asked to show is Markdown. A name, a model's id or a prompt is not: it becomes Markdown by
`escape_markdown` or `format_code` alone, so that it can format, link and mention nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Self

from .names import clean_line, remove_direction_marks

_MARKS = re.compile(r"[\\`*_~\[\]<>&#|$]")
"""Characters that mean something to Markdown anywhere in a line. Entities are read alike by both parsers; a backslash
would be shown where it escapes nothing to one of them."""
_LINE_START = re.compile(r"(?m)^(?P<indent>[^\S\n]*)(?P<mark>[-+=]|\d{1,9}[.)](?=\s|\Z))?")
"""Indentation, and what begins a list or underlines a heading."""
_NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
"""Entities that every platform reads, also where text is not Markdown."""
_NO_BREAK_SPACE = "\u00a0"


class Markdown(str):
    """Markdown that the service wrote, or text that was escaped."""

    __slots__ = ()

    def join(self, parts: Iterable[str], /) -> Self:
        """Join parts; those that are no Markdown are escaped."""
        return type(self)(super().join(part if isinstance(part, Markdown) else escape_line(part) for part in parts))


def escape_line(text: object) -> Markdown:
    """Return a value as literal text on one line, without invisible characters that could disguise it."""
    return escape_markdown(clean_line(str(text)))


def escape_markdown(text: str) -> Markdown:
    """Return text of several lines as Markdown that shows it as it is, without direction marks."""
    escaped = _MARKS.sub(_to_entity, remove_direction_marks(text))
    return Markdown(_LINE_START.sub(_escape_line_start, escaped))


def format_code(text: object) -> Markdown:
    """Return a value between back-ticks, such as a model's id."""
    return Markdown(f"`{fit_into_code(text)}`")


def fit_into_code(text: object) -> str:
    """Return a value on one line as it can stand between back-ticks, where nothing can be escaped."""
    return clean_line(str(text)).replace("`", "'") or "…"


def _to_entity(found: re.Match[str]) -> str:
    return _NAMED.get(found[0]) or f"&#{ord(found[0])};"


def _escape_line_start(found: re.Match[str]) -> str:
    mark = found["mark"] or ""
    return _NO_BREAK_SPACE * len(found["indent"]) + mark[:-1] + (f"&#{ord(mark[-1])};" if mark else "")
