"""A text that grows: what the model thinks, then what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class TextChunk:
    """What came next of an answer."""

    text: str
    is_reasoning: bool = False
    """Part of the model's thinking, which stands before the answer and is none of it."""


class MisreadError(Exception):
    """What was shown of an answer is wrong, and its pieces begin anew."""


Pieces: TypeAlias = AsyncGenerator[TextChunk | MisreadError]


async def until_misread(pieces: Pieces) -> AsyncGenerator[TextChunk]:
    """The pieces up to the next `MisreadError`, which is raised; those behind it can still be had from `pieces`."""
    async for piece in pieces:
        if isinstance(piece, MisreadError):
            raise piece
        yield piece


async def as_stream(text: str, thought: int = 0) -> AsyncGenerator[TextChunk]:
    """The stream of a text that is already there; its first `thought` characters are thinking."""
    if thought:
        yield TextChunk(text[:thought], is_reasoning=True)
    yield TextChunk(text[thought:])


async def continue_in_fence(pieces: AsyncGenerator[TextChunk], opening: str) -> AsyncGenerator[TextChunk]:
    """The pieces of an answer that goes on within a code fence, less its `opening` where the model writes that again.

    A bare mark is let through, since it closes the fence.
    """
    held: str | None = "" if opening.strip("`~\n") else None
    async with aclosing(pieces):
        async for piece in pieces:
            if piece.is_reasoning or held is None:
                yield piece
                continue
            held += piece.text
            begun = held.lstrip("\n")
            if not opening.startswith(begun) or begun == opening:
                # The line that the fence would have begun on is a new one.
                yield TextChunk("\n" + begun.removeprefix(opening) if begun.startswith(opening) else held)
                held = None
    if held:
        yield TextChunk(held)


class AnswerBuffer:
    """What has come so far, and whether more will."""

    def __init__(self) -> None:
        self.value = ""
        self.thought = 0
        """How many characters at the beginning are thinking."""
        self.ended = asyncio.Event()
        self.news = asyncio.Event()

    @property
    def answer(self) -> str:
        """The text without the thinking."""
        return self.value[self.thought :]

    def add(self, piece: TextChunk) -> None:
        """Take a piece; thoughts that come after the first words of the answer are dropped."""
        if piece.is_reasoning:
            if self.answer:
                return
            self.thought += len(piece.text)
        self.value += piece.text
        self.news.set()

    def replace(self, value: str, thought: int) -> None:
        """Let another text stand in its place."""
        self.value, self.thought = value, thought

    def end(self) -> None:
        """Nothing more will come."""
        self.ended.set()
        self.news.set()
