"""The text of a message that was sent in inline mode: the question, what is answered, and what else is said; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.chat.port.markdown import Markdown, escape_line
from core.chat.text.page_breaks import utf16_length

_MAX_LENGTH = 3_500
"""UTF-16 units of a text that Telegram takes whatever mentions and tables add to it, as those of a page."""

_ELLIPSIS = "…"
"""What stands in an answer that has no words yet."""


@dataclass(frozen=True, slots=True)
class Part:
    """What the service posts in messages of their own elsewhere (Markdown)."""

    text: str
    folded: int = 0
    """How many characters of it, from its beginning, are reasoning."""


def quote_question(question: str) -> Markdown:
    """Return the question as a quote, since others read only the message that the person has sent."""
    return Markdown("\n".join(f"> {escape_line(line)}" for line in question.splitlines() if line.strip()))


def join_parts(question: str, parts: Iterable[Part], note: str = "") -> Part:
    """Return what the message shows: reasoning first, then the question, the parts one below the other, and the note.

    What is too much is left out, beginning with the last part; the longest one, which is the answer, and the note stay.
    A part in which nothing stands yet gives way to others.
    """
    every = list(parts)
    parts = [part for part in every if part.text.strip(_ELLIPSIS)] or every
    folds = "".join(part.text[: part.folded] for part in parts)
    below = [quote_question(question), *(part.text[part.folded :].strip("\n") for part in parts), note]
    texts = [text for text in below if text]
    essential = {max(texts, key=len, default=""), note}
    for text in [text for text in reversed(texts) if text not in essential]:
        if utf16_length(folds + "\n\n".join(texts)) > _MAX_LENGTH:
            texts.remove(text)
    return Part(folds + "\n\n".join(texts), len(folds))
