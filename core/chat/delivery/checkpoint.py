"""How far an answer has come, kept in the turn's checkpoint so that another process can finish it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from core.chat.port.menus import ShownMessage
from core.chat.port.page import Page


class CheckpointStore(Protocol):
    """The part of the engine's `Job` that is written on."""

    @property
    def state(self) -> Mapping[str, str]: ...

    async def checkpoint(self, **fields: str) -> None: ...


class DeliveryCheckpoint:
    """What stands of one answer, and its whole text once the model has ended."""

    def __init__(self, checkpoints: CheckpointStore, name: str = "") -> None:
        """Take over what a former owner left; its pages come back as adopted.

        `name` sets one answer of a turn apart from another.
        """
        self._checkpoints = checkpoints
        self._name = name
        stored = json.loads(checkpoints.state.get(f"{name}pages", "[]"))
        self.pages: list[Page] = [_adopt(_page(fields)) for fields in stored]
        self.best: str = checkpoints.state.get(f"{name}best", "")
        """The longest text that ever came: what a reader would miss if less were left."""
        self.best_thought = int(checkpoints.state.get(f"{name}best_thought", "0"))
        """How many characters of it, from its beginning, are thinking."""
        self.last_message: ShownMessage | None = None
        """The answer's last message, once it stands; it bears the buttons."""
        self.text: str | None = checkpoints.state.get(f"{name}text")
        """None until the model has ended."""
        self.thought = int(checkpoints.state.get(f"{name}thought", "0"))
        """How many characters of it, from its beginning, are thinking."""

    async def save(self, pages: Sequence[Page], text: str = "", thought: int = 0) -> None:
        """Write down the pages and what they are about to show, after proof that the turn is still ours.

        Raises `OwnershipLostError` when it is not.
        """
        self.pages = list(pages)
        self.remember_longest(text, thought)
        fields = {f"{self._name}pages": json.dumps([asdict(page) for page in pages])}
        if self.best != self._checkpoints.state.get(f"{self._name}best", ""):
            fields |= {f"{self._name}best": self.best, f"{self._name}best_thought": str(self.best_thought)}
        await self._checkpoints.checkpoint(**fields)

    def remember_longest(self, text: str, thought: int) -> None:
        """Remember a text as the best one if it is; written down with the next `save`."""
        if len(text) > len(self.best):
            self.best, self.best_thought = text, thought

    async def save_final(self, text: str, thought: int = 0) -> None:
        """Note that the model has ended: whoever takes over only has to show `text`."""
        self.text, self.thought = text, thought
        await self._checkpoints.checkpoint(**{f"{self._name}text": text, f"{self._name}thought": str(thought)})

    def restart(self) -> None:
        """The answer will be written anew into the messages that are there."""
        self.pages = [_adopt(page) for page in self.pages]
        self.text = None

    def correct(self) -> None:
        """The same, at once: what stands there is wrong, so that nobody would miss it."""
        self.restart()
        self.pages = [replace(page, length=0) for page in self.pages]
        self.best, self.best_thought = "", 0


def _page(fields: dict[str, Any]) -> Page:
    """Read a page that another version of this program may have written."""
    return Page(**{name: value for name, value in fields.items() if name in Page.__dataclass_fields__})


def _adopt(page: Page) -> Page:
    """What is known of a page when its text is not: the first one alone may have an opening, whatever that text is."""
    adopted, opening = bool(page.message_id or page.sending), "" if page.start else page.opening
    return replace(page, end=None, opening=opening, opened_at=0.0, adopted=adopted, done=False)
