"""Outboxes of tests: one that does nothing, for others to begin with, and one that remembers voice notes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Literal

from core.chat.port.capabilities import Capabilities
from core.chat.port.media import Media, Voice
from core.chat.port.menus import Button, Menu, ShownMessage
from core.chat.port.outbox import Activity, Outbox
from core.chat.port.page import Page


class NoOutbox(Outbox):
    """Fails a test that uses it; what a test is about is written over."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(page_limit=4096, edit_interval=0.0, max_group_edit_interval=0.0)

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        raise AssertionError(page, text, final, folded, buttons)

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        raise AssertionError(shown, buttons)

    async def send_media(self, page: Page, media: Media, buttons: tuple[Button, ...] = ()) -> Page:
        raise AssertionError(page, media, buttons)

    async def download_file(self, file: str, *, max_bytes: int) -> bytes:
        raise AssertionError(file, max_bytes)

    async def sender_is_admin(self) -> bool:
        raise AssertionError

    async def notify_presser(self, text: str) -> None:
        raise AssertionError(text)

    async def show_activity(self, doing: Activity = "writing") -> None:
        raise AssertionError(doing)

    def position_marker(self) -> str:
        raise AssertionError

    async def find_lost_message(self, page: Page) -> Page:
        raise AssertionError(page)

    async def delete_page(self, page: Page) -> None:
        raise AssertionError(page)

    async def send_text(self, text: str) -> None:
        raise AssertionError(text)

    async def show_menu(self, menu: Menu, *, step: bool = False) -> None:
        raise AssertionError(menu, step)


@dataclass
class NoteScreen(NoOutbox):
    """An outbox that remembers; `script` holds errors that `attach` raises first."""

    voice: Literal["opus", "mp3"] = "opus"
    script: list[Exception] = field(default_factory=list[Exception])
    notes: list[Voice] = field(default_factory=list[Voice])
    texts: list[str] = field(default_factory=list[str])
    signs: list[Activity] = field(default_factory=list[Activity])
    slow_upload: bool = False
    """An upload lasts until its sign was shown."""
    _shown: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            page_limit=4000, edit_interval=0.0, max_group_edit_interval=0.0, voice=self.voice, activity_interval=60.0
        )

    async def send_media(self, page: Page, media: Media, buttons: tuple[Button, ...] = ()) -> Page:
        assert isinstance(media, Voice)
        assert not buttons
        await asyncio.sleep(0)
        if self.slow_upload:
            await asyncio.wait_for(self._shown.wait(), 30)
        if self.script:
            raise self.script.pop(0)
        self.notes.append(media)
        return replace(page, message_id=f"n{len(self.notes)}", done=True)

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        assert final
        assert not folded
        assert not buttons
        self.texts.append(text)
        return replace(page, message_id=f"t{len(self.texts)}", done=True)

    async def show_activity(self, doing: Activity = "writing") -> None:
        self.signs.append(doing)
        if doing == "uploading":
            self._shown.set()

    def position_marker(self) -> str:
        return ""

    async def find_lost_message(self, page: Page) -> Page:
        return page
