"""What the service works with, and one event to answer with it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from core.chat.answer.answer_service import AnswerService
from core.chat.answer.model_choice import ModelSelector, T, Work
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.notice import send_notice
from core.chat.delivery.old_buttons import OldButtons
from core.chat.delivery.retry import retry_until_sent
from core.chat.generation.image_caption import prompt_in_caption
from core.chat.generation.images import ImageGenerator
from core.chat.generation.speech import SpeechSynthesizer
from core.chat.port.errors import PlatformUnreachableError, RateLimitedError
from core.chat.port.incoming import Incoming
from core.chat.port.menus import Menu
from core.chat.port.outbox import Outbox
from core.chat.question.builder import QuestionBuilder
from core.chat.text.half_width import half_width
from core.chat.text.translations import Translations
from core.chat.text.user_error import UserFacingError
from core.media.visible_text import visible
from core.queue import Inbox, Job
from core.settings import ChatSettings
from core.store import AnswerFiles, ChatPreferences, Conversations, PreferenceName
from core.wanjie import Catalog

_log = structlog.get_logger()

_TURN_AGAIN = 1.0
"""Seconds after which a platform that did not answer is asked once more."""

_TURN_PATIENCE = 3.0
"""Seconds that turning to another part of a menu may take: others who press wait behind it."""


@dataclass(frozen=True, slots=True)
class Services:
    """What commands work with; one for the whole service."""

    conversations: Conversations
    catalog: Catalog
    inbox: Inbox
    translations: Translations
    models: ModelSelector
    answers: AnswerService
    old_buttons: OldButtons
    answer_files: AnswerFiles
    speech: SpeechSynthesizer
    images: ImageGenerator
    questions: QuestionBuilder
    policy: ChatSettings


@dataclass(frozen=True, slots=True)
class CommandContext:
    """One use of a command."""

    incoming: Incoming
    job: Job
    outbox: Outbox
    services: Services

    @property
    def argument(self) -> str:
        """What stands behind the command's name."""
        return visible(self.incoming.text)

    @property
    def typed(self) -> str:
        """The argument in half width, to be compared with fixed words."""
        return half_width(self.argument)

    @property
    def drawn_prompt(self) -> str:
        """What was ordered, when pictures are replied to that a model made; else ""."""
        pictured = any(attachment.kind == "image" for attachment in self.incoming.quoted_attachments)
        return prompt_in_caption(self.incoming.quoted, self.services.catalog.kind_of, pictured=pictured)

    @property
    def quoted(self) -> str:
        """What the message that is replied to says; under pictures that a model made, only what was ordered."""
        return self.drawn_prompt or visible(self.incoming.quoted)

    @property
    def locale(self) -> str:
        return self.incoming.sender.locale

    def translate(self, key: str, /, **values: object) -> str:
        """A sentence in the caller's language."""
        return self.services.translations.text(key, self.locale, sign=self.incoming.command_sign, **values)

    async def reply(self, key: str, /, **values: object) -> None:
        """Answer with a sentence; see `tell`."""
        await self.reply_text(self.translate(key, **values))

    async def reply_text(self, text: str) -> None:
        """Answer with a text of the service's own; see `tell`."""
        await send_notice(self.job, self.outbox, text)

    async def notify_presser(self, key: str, /, **values: object) -> None:
        """Tell whoever pressed a button something short; see `Outbox.notify_presser`."""
        await self.outbox.notify_presser(self.translate(key, **values))

    async def may_press(self, button_data: ButtonData) -> bool:
        """Whether a button is the caller's to press: it was made for them, or they are an admin here."""
        return button_data.is_for(self.incoming.sender) or await self.outbox.sender_is_admin()

    def remove_old_buttons(self) -> None:
        """Begin to take away the buttons of older answers here that could only say no; see `OldButtons`."""
        self.services.old_buttons.start_removal(str(self.incoming.chat), self.outbox)

    async def preferences(self) -> ChatPreferences:
        """What holds in the chat."""
        return await self.services.models.preferences(self.incoming.chat)

    async def run_with_model(self, work: Work, preferences: ChatPreferences, do: Callable[[str], Awaitable[T]]) -> T:
        """Do something with the chat's model; see `ModelSelector.run_with_model`."""
        return await self.services.models.run_with_model(
            work, preferences, do, job=self.job, incoming=self.incoming, outbox=self.outbox
        )

    async def set_preference(self, name: PreferenceName, value: str | None) -> None:
        """Set what holds for everybody in this chat, or take it back with None.

        Raises what `require_decider` does; `MODEL_CHANGE` says who may.
        """
        await self.require_decider()
        await self.services.conversations.set_preference(str(self.incoming.chat), name, value)

    async def require_decider(self) -> None:
        """Raise `UserFacingError` when only admins may set what holds here, and the caller is none."""
        everyone = self.services.policy.model_change == "everyone" or self.incoming.direct
        if not everyone and not await self.outbox.sender_is_admin():
            raise UserFacingError("command_error.admins")

    async def show_menu(self, menu: Menu) -> None:
        """Answer with a menu, however long the platform makes us wait."""
        await self.job.checkpoint()
        await retry_until_sent(lambda: self.outbox.show_menu(menu))

    async def show_menu_page(self, menu: Menu) -> None:
        """Show another part of the menu that was pressed, or a hint when the platform makes us wait for that."""
        deadline = time.monotonic() + _TURN_PATIENCE
        while True:
            try:
                return await self.outbox.show_menu(menu, step=True)
            except RateLimitedError as error:
                wait = error.retry_after
            except PlatformUnreachableError as error:
                _log.info("a menu was not turned", reason=str(error))
                wait = _TURN_AGAIN
            if time.monotonic() + wait > deadline:
                return await self.notify_presser("menu.later", seconds=math.ceil(wait))
            await asyncio.sleep(wait)
