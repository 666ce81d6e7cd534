"""A growing answer, and the streams of chunks that it grows by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager
from time import monotonic
from typing import TypeAlias

from .answer_text import AnswerText, TextChunk


class MisreadError(Exception):
    """What was shown of an answer is wrong; its chunks begin again from the start."""


ChunkStream: TypeAlias = AsyncGenerator[TextChunk | MisreadError]


async def read_until_misread(chunks: ChunkStream) -> AsyncGenerator[TextChunk]:
    """Yield the chunks up to the next `MisreadError` and raise it; the chunks after it can still be read."""
    async for chunk in chunks:
        if isinstance(chunk, MisreadError):
            raise chunk
        yield chunk


async def as_stream(text: AnswerText) -> AsyncGenerator[TextChunk]:
    """Stream a text that is complete."""
    if text.reasoning_length:
        yield TextChunk(text.text[: text.reasoning_length], is_reasoning=True)
    yield TextChunk(text.answer)


async def continue_in_fence(chunks: AsyncGenerator[TextChunk], opening: str) -> AsyncGenerator[TextChunk]:
    """Stream an answer that begins within a code fence, without its `opening` where the model writes it again.

    A bare fence mark is kept, since it closes the fence.
    """
    held: str | None = "" if opening.strip("`~\n") else None
    async with aclosing(chunks):
        async for chunk in chunks:
            if chunk.is_reasoning or held is None:
                yield chunk
                continue
            held += chunk.text
            start = held.lstrip("\n")
            if not opening.startswith(start) or start == opening:
                # The line that the fence would have begun on is a new one.
                yield TextChunk("\n" + start.removeprefix(opening) if start.startswith(opening) else held)
                held = None
    if held:
        yield TextChunk(held)


class AnswerBuffer:
    """The text that has come so far, with events for its changes and its end."""

    def __init__(self) -> None:
        self.current = AnswerText()
        self.ended = asyncio.Event()
        self.changed = asyncio.Event()
        """Set with each chunk and at the end; whoever waits for it clears it."""
        self._arrived_at: float | None = None

    def add(self, chunk: TextChunk, arrived_at: float | None = None) -> None:
        """Append a chunk; reasoning that comes after the first words of the answer is dropped.

        `arrived_at` (`time.monotonic`) is the time at which it came, if that is not now.
        """
        self.current = self.current.append(chunk)
        self.changed.set()
        if self._arrived_at is None:
            self._arrived_at = monotonic() if arrived_at is None else arrived_at

    @contextmanager
    def showing(self) -> Generator[float | None]:
        """Give the time at which the oldest text that was not shown yet arrived; it is shown unless the block fails."""
        arrived_at, self._arrived_at = self._arrived_at, None
        try:
            yield arrived_at
        except BaseException:
            self._arrived_at = arrived_at or self._arrived_at
            raise

    def replace(self, text: AnswerText) -> None:
        """Replace the whole text."""
        self.current = text

    def end(self) -> None:
        """Mark the text as complete."""
        self.ended.set()
        self.changed.set()
