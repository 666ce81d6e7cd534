"""How far an answer has come, kept in the turn's checkpoint so that another process can finish it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Protocol

from .outbox import Page


class Checkpoint(Protocol):
    """The part of the engine's `Turn` that is written on."""

    @property
    def state(self) -> Mapping[str, str]: ...

    async def checkpoint(self, **fields: str) -> None: ...


class Progress:
    """The pages and, once the model has ended, the whole text of one answer."""

    def __init__(self, turn: Checkpoint) -> None:
        """Take over what a former owner left; its pages come back as adopted."""
        self._turn = turn
        stored = [Page(**page) for page in json.loads(turn.state.get("pages", "[]"))]
        self.pages: list[Page] = [_adopted(page) for page in stored]
        self.text: str | None = turn.state.get("text")
        """None until the model has ended."""

    async def save(self, pages: Sequence[Page]) -> None:
        """Write the pages down, after proof that the turn is still ours; raise `FencedError` when it is not."""
        self.pages = list(pages)
        await self._turn.checkpoint(pages=json.dumps([asdict(page) for page in pages]))

    async def complete(self, text: str) -> None:
        """Note that the model has ended: whoever takes over only has to show `text`."""
        self.text = text
        await self._turn.checkpoint(text=text)

    def rewind(self) -> None:
        """The answer will be written anew into the messages that are there."""
        self.pages = [_adopted(page) for page in self.pages]
        self.text = None


def _adopted(page: Page) -> Page:
    return replace(page, end=None, opening="", opened_at=0.0, adopted=bool(page.message_id or page.sending), done=False)
