"""A text that grows: what the model thinks, then what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Piece:
    """What came next of an answer."""

    text: str
    thought: bool = False
    """Part of the model's thinking, which stands before the answer and is none of it."""


class MisreadError(Exception):
    """What was shown of an answer is wrong, and its pieces begin anew."""


Pieces: TypeAlias = AsyncGenerator[Piece | MisreadError]


async def until_misread(pieces: Pieces) -> AsyncGenerator[Piece]:
    """The pieces up to the next `MisreadError`, which is raised; those behind it can still be had from `pieces`."""
    async for piece in pieces:
        if isinstance(piece, MisreadError):
            raise piece
        yield piece


async def whole(text: str, thought: int = 0) -> AsyncGenerator[Piece]:
    """The stream of a text that is already there; its first `thought` characters are thinking."""
    if thought:
        yield Piece(text[:thought], thought=True)
    yield Piece(text[thought:])


async def resumed(pieces: AsyncGenerator[Piece], opening: str) -> AsyncGenerator[Piece]:
    """The pieces of an answer that goes on within a code fence, less its `opening` where the model writes that again.

    A bare mark is let through, since it closes the fence.
    """
    held: str | None = "" if opening.strip("`~\n") else None
    async with aclosing(pieces):
        async for piece in pieces:
            if piece.thought or held is None:
                yield piece
                continue
            held += piece.text
            begun = held.lstrip("\n")
            if not opening.startswith(begun) or begun == opening:
                # The line that the fence would have begun on is a new one.
                yield Piece("\n" + begun.removeprefix(opening) if begun.startswith(opening) else held)
                held = None
    if held:
        yield Piece(held)


class Growing:
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

    def add(self, piece: Piece) -> None:
        """Take a piece; thoughts that come after the first words of the answer are dropped."""
        if piece.thought:
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
