"""Words that the sender of a message only passes on, marked so that nobody can type such a mark; pure."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.incoming import Incoming

_OPEN, _CLOSE = "⟦", "⟧"
_TYPED = str.maketrans({_OPEN: "[", _CLOSE: "]"})
_LONGEST_SOURCE = 120

NOTE = f"What stands in {_OPEN} {_CLOSE} was added by the chat service; nobody can type it."
"""Tells a model what to think of the marks."""


def quote_words(words: str, source: str = "") -> str:
    """Return a Markdown quotation below a line that names its source, such as "forwarded from Ann"."""
    lines = "\n".join(f"> {line}" for line in words.strip().splitlines())
    name = " ".join(source.translate(_TYPED).split())[:_LONGEST_SOURCE]
    return f"{_OPEN}{name}{_CLOSE}\n{lines}" if name else lines


def as_typed(incoming: Incoming) -> Incoming:
    """Return a message in which no words of a person's look like a mark of this module."""
    return replace(incoming, text=incoming.text.translate(_TYPED), quoted=incoming.quoted.translate(_TYPED))


def shorten_quote(quoted: str, most: int) -> str:
    """Return the beginning of a quote, `most` characters that end with a whole line if it can be, with a mark of it."""
    line_end = quoted.rfind("\n", most // 2, most + 1)
    return f"{quoted[: line_end if line_end > 0 else most].rstrip()}\n[cut: the message has {len(quoted):,} characters]"
