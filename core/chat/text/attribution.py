"""Attribution of quoted text, by marks that users cannot type; pure."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.incoming import Incoming

_OPEN, _CLOSE = "⟦", "⟧"
_TYPED_MARKS = str.maketrans({_OPEN: "[", _CLOSE: "]"})
_MAX_SOURCE_LENGTH = 120

ATTRIBUTION_NOTE = f"What stands in {_OPEN} {_CLOSE} was added by the chat service; nobody can type it."
"""Explains the marks to a model."""


def quote_words(words: str, source: str = "") -> str:
    """Return a Markdown quote below a line that names its source, such as "forwarded from Ann"."""
    lines = "\n".join(f"> {line}" for line in words.strip().splitlines())
    name = " ".join(source.translate(_TYPED_MARKS).split())[:_MAX_SOURCE_LENGTH]
    return f"{_OPEN}{name}{_CLOSE}\n{lines}" if name else lines


def replace_typed_marks(incoming: Incoming) -> Incoming:
    """Return the message without marks of this module that its sender typed or quoted."""
    return replace(incoming, text=incoming.text.translate(_TYPED_MARKS), quoted=incoming.quoted.translate(_TYPED_MARKS))


def shorten_quote(quoted: str, max_length: int) -> str:
    """Cut a quote to `max_length` characters, at the end of a line if possible, and add a note that it was cut."""
    line_end = quoted.rfind("\n", max_length // 2, max_length + 1)
    kept = quoted[: line_end if line_end > 0 else max_length].rstrip()
    return f"{kept}\n[cut: the message has {len(quoted):,} characters]"
