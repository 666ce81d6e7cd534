"""What a command is, and what it gets to do its work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.chat.deliver import insist
from core.chat.i18n import Sentences
from core.chat.message import Incoming
from core.chat.outbox import Menu, Outbox
from core.chat.speak import speak
from core.chat.talk import Talk
from core.engine import Inbox, Turn
from core.store import Conversations
from core.wanjie import Catalog


@dataclass(frozen=True, slots=True)
class Desk:
    """What commands work with; one for the whole service."""

    conversations: Conversations
    catalog: Catalog
    inbox: Inbox
    sentences: Sentences
    talk: Talk
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a command."""

    incoming: Incoming
    turn: Turn
    outbox: Outbox
    desk: Desk

    @property
    def argument(self) -> str:
        """What stands behind the command's name."""
        return self.incoming.text.strip()

    @property
    def locale(self) -> str:
        return self.incoming.sender.locale

    def phrase(self, key: str, /, **values: object) -> str:
        """A sentence in the caller's language."""
        return self.desk.sentences.say(key, self.locale, **values)

    async def say(self, key: str, /, **values: object) -> None:
        """Answer with a sentence; see `speak`."""
        await self.tell(self.phrase(key, **values))

    async def tell(self, text: str) -> None:
        """Answer with a text of the service's own; see `speak`."""
        await speak(self.turn, self.incoming, self.outbox, text)

    async def choose(self, menu: Menu) -> None:
        """Answer with a menu, however long the platform makes us wait."""
        await insist(lambda: self.outbox.choose(menu))


@dataclass(frozen=True, slots=True)
class Command:
    """One declaration: routing, help, Telegram's menu and Slack's manifest are made from it.

    The locale files hold its description under `command.<name>` and, if it takes an argument, its usage under
    `usage.<name>`.
    """

    name: str
    run: Callable[[Call], Awaitable[None]]
    argument: bool = False
    words: int = 0
    """How many words may follow when it is spoken without a sign (`@bot model kimi-k2`); with more it is a question."""
    within_conversation: bool = False
    """Means one conversation, so it cannot be used beside the threads of a chat whose conversations are threads."""
    pick: Callable[[Call, str], Awaitable[None]] | None = None
    """What happens when the command's menu comes back with a value."""
