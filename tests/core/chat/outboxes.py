"""Outboxes of tests: one that does nothing, for others to begin with, and one that remembers voice notes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Literal

from core.chat.port.capabilities import Capabilities
from core.chat.port.media import Album, Voice
from core.chat.port.menus import Button, Menu, ShownMessage
from core.chat.port.outbox import Doing
from core.chat.port.page import Page


class NoOutbox:
    """Fails a test that uses it; what a test is about is written over."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(page_limit=4096, pace=0.0, pace_group=0.0)

    @property
    def private(self) -> bool:
        return False

    async def show(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        raise AssertionError(page, text, final, folded, buttons)

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        raise AssertionError(shown, buttons)

    async def attach(self, page: Page, media: Voice | Album, buttons: tuple[Button, ...] = ()) -> Page:
        raise AssertionError(page, media, buttons)

    async def fetch(self, file: str, *, most: int) -> bytes:
        raise AssertionError(file, most)

    async def by_admin(self) -> bool:
        raise AssertionError

    async def hint(self, text: str) -> None:
        raise AssertionError(text)

    async def working(self, doing: Doing = "writing") -> None:
        raise AssertionError(doing)

    def horizon(self) -> str:
        raise AssertionError

    async def recover(self, page: Page) -> Page:
        raise AssertionError(page)

    async def remove(self, page: Page) -> None:
        raise AssertionError(page)

    async def say(self, text: str) -> None:
        raise AssertionError(text)

    async def choose(self, menu: Menu, *, step: bool = False) -> None:
        raise AssertionError(menu, step)


@dataclass
class NoteScreen(NoOutbox):
    """An outbox that remembers; `script` holds errors that `attach` raises first."""

    voice: Literal["opus", "mp3"] = "opus"
    script: list[Exception] = field(default_factory=list[Exception])
    notes: list[Voice] = field(default_factory=list[Voice])
    texts: list[str] = field(default_factory=list[str])
    signs: list[Doing] = field(default_factory=list[Doing])

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(page_limit=4000, pace=0.0, pace_group=0.0, voice=self.voice)

    async def attach(self, page: Page, media: Voice | Album, buttons: tuple[Button, ...] = ()) -> Page:
        assert isinstance(media, Voice)
        assert not buttons
        await asyncio.sleep(0)
        if self.script:
            raise self.script.pop(0)
        self.notes.append(media)
        return replace(page, message_id=f"n{len(self.notes)}", done=True)

    async def show(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        assert final
        assert not folded
        assert not buttons
        self.texts.append(text)
        return replace(page, message_id=f"t{len(self.texts)}", done=True)

    async def working(self, doing: Doing = "writing") -> None:
        self.signs.append(doing)

    def horizon(self) -> str:
        return ""

    async def recover(self, page: Page) -> Page:
        return page
