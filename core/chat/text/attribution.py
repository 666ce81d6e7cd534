"""Attribution of what people write and quote, which nobody can forge by typing; pure.

Whoever speaks is named before a colon at the start of a line; further lines of the same speaker are indented. What the
service adds stands between marks that users cannot type.
"""

from __future__ import annotations

import re
from dataclasses import replace
from unicodedata import normalize

from core.chat.port.incoming import Incoming
from core.chat.port.names import clean_line

_OPEN, _CLOSE = "⟦", "⟧"
_TYPED_MARKS = str.maketrans({_OPEN: "[", _CLOSE: "]"})
_MAX_SOURCE_LENGTH = 120
_MAX_NAME_LENGTH = 60
_COLONS = re.compile("[:\u02d0\u05c3\u0589\u2236\u2982\ua789\ufe13\ufe30\ufe55\uff1a]")
_ROLES = frozenset(("assistant", "developer", "function", "model", "system", "tool", "user", "you"))
"""Names that a model may take for somebody else than a person."""
_INDENT = "  "

ATTRIBUTION_NOTE = f"What stands in {_OPEN} {_CLOSE} was added by the chat service; nobody can type it."
"""Explains the marks to a model."""


def format_speaker(name: str, fallback: str = "") -> str:
    """Return a name as it stands before a colon: short, on one line, without colons, and no role's name."""
    shown = clean_line(_COLONS.sub(" ", name.translate(_TYPED_MARKS)))[:_MAX_NAME_LENGTH].rstrip() or fallback
    return f"{shown} (a person)" if normalize("NFKC", shown).casefold() in _ROLES else shown


def attribute(speaker: str, text: str) -> str:
    """Return `text` after its speaker, as `format_speaker` writes it, with further lines indented."""
    return f"{speaker}: {indent_lines(text)}"


def indent_lines(text: str) -> str:
    """Indent all lines but the first, so that none looks as if somebody else began to speak there."""
    first, *others = text.splitlines() or [""]
    return "\n".join([first, *(_INDENT + line if line else "" for line in others)])


def remove_attribution(text: str, speaker: str) -> str:
    """Return the text that `attribute` was given for `speaker`; any other text as it is."""
    prefix = f"{speaker}: "
    return text.removeprefix(prefix).replace(f"\n{_INDENT}", "\n") if text.startswith(prefix) else text


def replace_marks(text: str) -> str:
    """Return text from outside without the marks that only the service may write."""
    return text.translate(_TYPED_MARKS)


def quote_words(words: str, source: str = "") -> str:
    """Return a Markdown quote below a line that names its source, such as "forwarded from Ann"."""
    lines = "\n".join(f"> {line}" for line in replace_marks(words).strip().splitlines())
    name = clean_line(replace_marks(source))[:_MAX_SOURCE_LENGTH]
    return f"{_OPEN}{name}{_CLOSE}\n{lines}" if name else lines


def replace_typed_marks(incoming: Incoming) -> Incoming:
    """Return the message without marks of this module that its sender typed or quoted."""
    text, quoted = replace_marks(incoming.text), replace_marks(incoming.quoted)
    is_clean = (text, quoted) == (incoming.text, incoming.quoted)
    return incoming if is_clean else replace(incoming, text=text, quoted=quoted)


def shorten_quote(quoted: str, max_length: int) -> str:
    """Cut a quote to `max_length` characters, at the end of a line if possible, and add a note that it was cut."""
    line_end = quoted.rfind("\n", max_length // 2, max_length + 1)
    kept = quoted[: line_end if line_end > 0 else max_length].rstrip()
    return f"{kept}\n[cut: the message has {len(quoted):,} characters]"
