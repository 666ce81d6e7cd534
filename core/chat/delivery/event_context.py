"""One event that is being answered, and the way to answer it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from core.access import ADMIN_ROLES, ALL_MODELS, NO_RULES, ModelPermissions, Role, Rules, find_audience
from core.chat.checkpoint_fields import NOTICE, PostFields
from core.chat.port.errors import PlatformUnreachableError, RateLimitedError
from core.chat.port.incoming import Incoming
from core.chat.port.markdown import Markdown
from core.chat.port.menus import Menu
from core.chat.port.outbox import Outbox
from core.chat.port.retry_platform_calls import run_with_retries
from core.chat.text.normalize_width import to_half_width
from core.chat.text.translations import Translations
from core.fair_limiter import FairLimiter
from core.media.visible_text import strip_invisible
from core.queue import Job
from core.store import ChatPreferences, HistoryMessage
from core.usage import Payer, select_limits

from .answer_buffer import as_stream
from .answer_pages import deliver
from .answer_text import AnswerText
from .delivery_checkpoint import DeliveryCheckpoint
from .memory_scope import choose_memory

_log = structlog.get_logger()

_MENU_RETRY_DELAY = 1.0
"""Seconds after which people may press again when the platform does not answer."""

_MENU_TIMEOUT = 3.0
"""Seconds that showing another page of a menu may take: other presses wait behind it."""


_MAX_UPLOADS, _MAX_UPLOADS_OF_PERSON = 8, 4


def new_upload_slots() -> FairLimiter:
    """Create the slots that all uploads of a process to the platforms share: eight, of which a person has four."""
    return FairLimiter(_MAX_UPLOADS, per_key=_MAX_UPLOADS_OF_PERSON)


@dataclass(frozen=True, slots=True)
class EventContext:
    """What was said, the job that answers it, and the outbox of its chat.

    Every way to answer that does not say otherwise waits as long as the platform's rate limits ask for, and raises
    `RecipientGoneError` or `ContentRejectedError`, which waiting cannot mend.
    """

    incoming: Incoming
    job: Job
    outbox: Outbox
    translations: Translations
    role: Role | None = None
    """What the sender is to the service."""
    models: ModelPermissions = ALL_MODELS
    """The models that the sender may use."""
    rules: Rules = NO_RULES
    """What admins have decided for everybody."""
    preferences: ChatPreferences = field(default_factory=ChatPreferences)
    """What the chat, and the one around it, had chosen when work on the event began."""
    history: Sequence[HistoryMessage] | None = None
    """What was remembered of the conversation then; None where that was not read. Its `memory` may be another one."""
    upload_slots: FairLimiter = field(default_factory=new_upload_slots)
    payer: Payer = field(init=False)
    """Whose use the models count as that are called for it."""

    def __post_init__(self) -> None:
        incoming = self.incoming
        account = f"{incoming.chat.platform}:{incoming.chat.account}"
        limits = select_limits(
            self.rules.texts,
            audience=find_audience(self.role),
            person=incoming.access_person,
            chat=incoming.access_chat,
        )
        chat, event = str(incoming.chat.parent), self.job.event_id
        payer = Payer(incoming.person, chat, account, event, self.models.allows, limits)
        object.__setattr__(self, "payer", payer)  # a frozen class has no other way

    @property
    def chat(self) -> str:
        """The conversation, as the store and the queue name it."""
        return str(self.incoming.chat)

    @property
    def memory(self) -> str:
        """The history that this belongs to, as the store names it: the conversation's, or a part of a group's."""
        return choose_memory(self.incoming, self.preferences)

    @property
    def argument(self) -> str:
        """The text behind the command's name."""
        return strip_invisible(self.incoming.text)

    @property
    def half_width_argument(self) -> str:
        """The argument in half width, to be compared with fixed words."""
        return to_half_width(self.argument)

    @property
    def first_word(self) -> str:
        """The first word of the argument in half width and lower case; "" when there is none."""
        return next(iter(self.half_width_argument.lower().split()), "")

    @property
    def locale(self) -> str:
        """The language tag of the sender."""
        return self.incoming.sender.locale

    @property
    def is_outside_threads(self) -> bool:
        """Whether it was said where the conversations are threads, and in none of them."""
        incoming = self.incoming
        threads = self.outbox.capabilities.threads_are_conversations and not incoming.direct
        return (threads or incoming.direct_threads) and not incoming.chat.thread

    def translate(self, key: str, /, **values: object) -> Markdown:
        """Return a sentence in the sender's language; values that are no `Markdown` are literal text."""
        return self.translations.text(key, self.locale, sign=self.incoming.command_sign, **values)

    def translate_plainly(self, key: str, /, **values: object) -> str:
        """Return a sentence in the sender's language for what shows no Markdown, such as a button."""
        return self.translations.plain_text(key, self.locale, sign=self.incoming.command_sign, **values)

    async def reply(self, key: str, /, **values: object) -> None:
        """Answer with a sentence, by its key; see `reply_text`."""
        await self.reply_text(self.translate(key, **values))

    async def reply_text(self, text: str, *, fields: PostFields = NOTICE) -> None:
        """Answer with a text (Markdown) of the service's own, exactly once.

        A job that is run again says it in the same message. `fields` set the texts of one job apart. A reply by a
        private route cannot be looked up, so it may be said twice.
        """
        if self.outbox.replies_ephemerally:
            await run_with_retries(lambda: self.outbox.send_text(text))
        else:
            await self._deliver(text, DeliveryCheckpoint(self.job, fields))

    async def post_text(self, text: str, fields: PostFields) -> None:
        """Show a text (Markdown) of the service's own to everybody here, exactly once; see `reply_text`."""
        await self._deliver(text, DeliveryCheckpoint(self.job, fields))

    async def replace_answer(self, text: str) -> None:
        """Show a text of the service's own in place of the answer that was begun, if one was."""
        await self._deliver(text, DeliveryCheckpoint(self.job))

    async def _deliver(self, text: str, checkpoint: DeliveryCheckpoint) -> None:
        await deliver(as_stream(AnswerText(text)), self.outbox, checkpoint, stopped=asyncio.Event())

    async def notify_presser(self, key: str, /, **values: object) -> None:
        """Tell whoever pressed a button something short; see `Outbox.notify_presser`."""
        await self.outbox.notify_presser(self.translate_plainly(key, **values))

    @property
    def is_service_admin(self) -> bool:
        """Whether the sender decides who may use the service."""
        return self.role in ADMIN_ROLES

    async def is_admin(self) -> bool:
        """Whether the sender may decide for everybody here: as an admin of the service, or on the platform."""
        return self.is_service_admin or await self.outbox.sender_is_admin()

    async def ask_for_reply(self, text: str) -> None:
        """Ask for a message that replies; see `Outbox`."""
        await self.job.checkpoint()
        await run_with_retries(lambda: self.outbox.ask_for_reply(text))

    async def show_menu(self, menu: Menu) -> None:
        """Answer with a menu."""
        await self.job.checkpoint()
        await run_with_retries(lambda: self.outbox.show_menu(menu))

    async def show_menu_page(self, menu: Menu) -> None:
        """Show another page of the menu that was pressed; after 3 seconds tell the presser when to press again."""
        try:
            await run_with_retries(lambda: self.outbox.show_menu(menu, step=True), max_seconds=_MENU_TIMEOUT)
        except (RateLimitedError, PlatformUnreachableError) as error:
            _log.info("a page of a menu was not shown", reason=error)
            wait = error.retry_after if isinstance(error, RateLimitedError) else _MENU_RETRY_DELAY
            await self.notify_presser("menu.later", seconds=math.ceil(wait))
