"""An outbox that keeps what a command says, so that it can stand somewhere else than in a message."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.capabilities import Capabilities
from core.chat.port.home import HomePart
from core.chat.port.markdown import escape_line
from core.chat.port.menus import Button, Menu
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page


class CapturingOutbox(Outbox):
    """Records texts and menus in their order; what holds in the chat is asked of its own outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.parts: list[HomePart] = []

    @property
    def capabilities(self) -> Capabilities:
        """Those of the chat."""
        return self._outbox.capabilities

    @property
    def replies_ephemerally(self) -> bool:
        """Nothing that is recorded can be looked up."""
        return True

    async def send_text(self, text: str) -> None:
        """Record a text."""
        self.parts.append(text)

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        """Record the last state of a text."""
        del folded, buttons
        if final:
            self.parts.append(text)
        return replace(page, done=final)

    async def show_menu(self, menu: Menu, *, step: bool = False) -> None:
        """Record a menu."""
        del step
        self.parts.append(menu)

    async def notify_presser(self, text: str) -> None:
        """Record a hint."""
        self.parts.append(escape_line(text))

    async def sender_is_admin(self) -> bool:
        """Whether the sender may decide for everybody in the chat."""
        return await self._outbox.sender_is_admin()
