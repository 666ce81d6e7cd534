"""What all workspaces with the app share: its id, the ids that are given out, and notification of changes."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from .data_types import Person, SlackFile

_Found = TypeVar("_Found")


class AppState:
    """One app, and everything that happened to it."""

    def __init__(self) -> None:
        self.app_id = ""
        self.base_url = ""
        self.violations: list[str] = []
        self.revision = 0
        """How many changes there were."""
        self._ids = itertools.count(1)
        self._change = asyncio.Event()

    def new_id(self, prefix: str) -> str:
        return f"{prefix}0SIM{next(self._ids):06d}"

    def changed(self) -> None:
        self.revision += 1
        self._change.set()
        self._change = asyncio.Event()

    async def until(self, predicate: Callable[[], _Found]) -> _Found:
        """Return the first true answer of *predicate*, which is asked again whenever something has changed."""
        while not (found := predicate()):
            await self._change.wait()
        return found


@dataclass(slots=True)
class Organisation:
    """An organisation of workspaces (Enterprise Grid); it has one bot user and its files in common."""

    id: str
    name: str
    bot: Person
    bot_id: str
    files: dict[str, SlackFile] = field(default_factory=dict[str, SlackFile])
    installed: bool = False
    """The app is installed once for all of its workspaces."""
