"""What the service works with, and one event to answer with it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from core.chat.answer.answer_service import Talk
from core.chat.answer.model_choice import Chosen, T, Work
from core.chat.delivery.button_data import Stamp
from core.chat.delivery.notice import tell
from core.chat.delivery.old_buttons import OldButtons
from core.chat.delivery.retry import insist
from core.chat.generation.image_caption import ordered_in
from core.chat.generation.images import Painting
from core.chat.generation.speech import Speech
from core.chat.port.errors import FloodedError, UnreachableError
from core.chat.port.incoming import Incoming
from core.chat.port.menus import Menu
from core.chat.port.outbox import Outbox
from core.chat.question.builder import Reading
from core.chat.text.half_width import half_width
from core.chat.text.translations import Sentences
from core.chat.text.user_error import ExcuseError
from core.media.visible_text import visible
from core.queue import Inbox, Turn
from core.settings import ChatSettings
from core.store import AnswerFiles, Choices, Conversations, Name
from core.wanjie import Catalog

_log = structlog.get_logger()

_TURN_AGAIN = 1.0
"""Seconds after which a platform that did not answer is asked once more."""

_TURN_PATIENCE = 3.0
"""Seconds that turning to another part of a menu may take: others who press wait behind it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What commands work with; one for the whole service."""

    conversations: Conversations
    catalog: Catalog
    inbox: Inbox
    sentences: Sentences
    chosen: Chosen
    talk: Talk
    old_buttons: OldButtons
    answer_files: AnswerFiles
    speech: Speech
    painting: Painting
    reading: Reading
    policy: ChatSettings


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
        return visible(self.incoming.text)

    @property
    def typed(self) -> str:
        """The argument in half width, to be compared with fixed words."""
        return half_width(self.argument)

    @property
    def ordered(self) -> str:
        """What was ordered, when pictures are replied to that a model made; else ""."""
        pictured = any(attachment.kind == "image" for attachment in self.incoming.quoted_attachments)
        return ordered_in(self.incoming.quoted, self.desk.catalog.kind_of, pictured=pictured)

    @property
    def quoted(self) -> str:
        """What the message that is replied to says; under pictures that a model made, only what was ordered."""
        return self.ordered or visible(self.incoming.quoted)

    @property
    def locale(self) -> str:
        return self.incoming.sender.locale

    def phrase(self, key: str, /, **values: object) -> str:
        """A sentence in the caller's language."""
        return self.desk.sentences.say(key, self.locale, sign=self.incoming.command_sign, **values)

    async def say(self, key: str, /, **values: object) -> None:
        """Answer with a sentence; see `tell`."""
        await self.tell(self.phrase(key, **values))

    async def tell(self, text: str) -> None:
        """Answer with a text of the service's own; see `tell`."""
        await tell(self.turn, self.outbox, text)

    async def hint(self, key: str, /, **values: object) -> None:
        """Tell whoever pressed a button something short; see `Outbox.hint`."""
        await self.outbox.hint(self.phrase(key, **values))

    async def may_press(self, stamp: Stamp) -> bool:
        """Whether a button is the caller's to press: it was made for them, or they are an admin here."""
        return stamp.is_for(self.incoming.sender) or await self.outbox.by_admin()

    def remove_old_buttons(self) -> None:
        """Begin to take away the buttons of older answers here that could only say no; see `OldButtons`."""
        self.desk.old_buttons.start_removal(str(self.incoming.chat), self.outbox)

    async def choices(self) -> Choices:
        """What holds in the chat."""
        return await self.desk.chosen.choices(self.incoming.chat)

    async def use(self, work: Work, choices: Choices, do: Callable[[str], Awaitable[T]]) -> T:
        """Do something with the chat's model; see `Chosen.use`."""
        return await self.desk.chosen.use(work, choices, do, turn=self.turn, incoming=self.incoming, outbox=self.outbox)

    async def settle(self, name: Name, value: str | None) -> None:
        """Set what holds for everybody in this chat, or take it back with None.

        Raises what `require_decider` does; `MODEL_CHANGE` says who may.
        """
        await self.require_decider()
        await self.desk.conversations.choose(str(self.incoming.chat), name, value)

    async def require_decider(self) -> None:
        """Raise `ExcuseError` when only admins may set what holds here, and the caller is none."""
        everyone = self.desk.policy.model_change == "everyone" or self.incoming.direct
        if not everyone and not await self.outbox.by_admin():
            raise ExcuseError("command_error.admins")

    async def choose(self, menu: Menu) -> None:
        """Answer with a menu, however long the platform makes us wait."""
        await self.turn.checkpoint()
        await insist(lambda: self.outbox.choose(menu))

    async def turn_to(self, menu: Menu) -> None:
        """Show another part of the menu that was pressed, or a hint when the platform makes us wait for that."""
        deadline = time.monotonic() + _TURN_PATIENCE
        while True:
            try:
                return await self.outbox.choose(menu, step=True)
            except FloodedError as error:
                wait = error.retry_after
            except UnreachableError as error:
                _log.info("a menu was not turned", reason=str(error))
                wait = _TURN_AGAIN
            if time.monotonic() + wait > deadline:
                return await self.hint("menu.later", seconds=math.ceil(wait))
            await asyncio.sleep(wait)
