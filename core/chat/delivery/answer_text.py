"""The text of an answer with its reasoning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextChunk:
    """The next part of an answer."""

    text: str
    is_reasoning: bool = False
    """Part of the model's reasoning, which stands before the answer and does not belong to it."""


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The text that is shown: the model's reasoning, then its answer."""

    text: str = ""
    reasoning_length: int = 0
    """How many characters of `text`, from its beginning, are reasoning."""

    @property
    def answer(self) -> str:
        """The text without the reasoning."""
        return self.text[self.reasoning_length :]

    def append(self, chunk: TextChunk) -> AnswerText:
        """Return the longer text; reasoning that comes after the first words of the answer is dropped."""
        if not chunk.is_reasoning:
            return AnswerText(self.text + chunk.text, self.reasoning_length)
        if len(self.text) > self.reasoning_length:
            return self
        return AnswerText(self.text + chunk.text, self.reasoning_length + len(chunk.text))
