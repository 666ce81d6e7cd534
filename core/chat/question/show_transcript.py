"""What the bot has understood of a voice message, shown above the answer."""

from __future__ import annotations

from core.chat.port.markdown import Markdown, escape_markdown
from core.chat.port.names import clean_line
from core.chat.text.truncate import truncate

_MAX_QUOTE_LENGTH = 1_001
"""Characters of a transcript that are shown above the answer, the ellipsis included."""


def quote_transcript(words: str) -> Markdown:
    """Return a transcript as a quote above the answer."""
    return Markdown(f"> 🎤 {escape_markdown(truncate(clean_line(words), _MAX_QUOTE_LENGTH))}")
