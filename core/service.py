"""The composition root of the core: everything that platforms share is built here, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import structlog

from core.chat.answer.answer_service import AnswerService, PromptDefaults
from core.chat.answer.model_choice import ModelSelector
from core.chat.answer.model_client import ChatClient
from core.chat.bot import Bot
from core.chat.commands import COMMANDS, find_command, parse_command
from core.chat.context import Services
from core.chat.delivery.old_buttons import OldButtons
from core.chat.events.receiver import EventReceiver
from core.chat.generation.images import ImageGenerator
from core.chat.generation.speech import SpeechSynthesizer
from core.chat.port.incoming import ChatRef, Sender
from core.chat.port.menus import Option
from core.chat.port.platform import Platform
from core.chat.question.builder import QuestionBuilder
from core.chat.text.translations import Translations
from core.media.thread_pool import ThreadPool
from core.queue import Inbox, Worker
from core.redis import EmbeddedRedis, Lease, RateLimiter, StoreHealth, connect
from core.settings import Settings
from core.store import AnswerFiles, Conversations, ModelLimits, ShownAnswers
from core.wanjie import Catalog, WanjieClient, WanjieError

_log = structlog.get_logger()


class Service:
    """What the platforms and the program are given to work with."""

    def __init__(self, settings: Settings, url: str, client: WanjieClient, *, exclusive: bool) -> None:
        """Build everything over the store at `url`; `exclusive`: no other process works on it."""
        self._settings = settings
        self._exclusive = exclusive
        self._client = client
        self.store = StoreHealth(url)
        """Whether the store takes what is written, and what an operator should know about it."""
        self._redis = connect(url, report=self.store.report)
        inbox = Inbox(self._redis, limit=settings.service.mailbox_limit)
        chat = settings.chat
        lifetime = timedelta(days=chat.history_days)
        conversations = Conversations(self._redis, messages=chat.history_messages, lifetime=lifetime)
        catalog, sentences = Catalog(client, settings.wanjie), Translations()
        brief = PromptDefaults(chat.system_prompt, chat.history_tokens, settings.wanjie.video_timeout)
        chosen = ModelSelector(catalog, conversations, sentences)
        chats = ChatClient(client, ModelLimits(self._redis))
        self._old_buttons = OldButtons(ShownAnswers(self._redis, lifetime=lifetime), conversations)
        talk = AnswerService(chats, catalog, chosen, conversations, sentences, self._old_buttons, brief)
        self._workshop = ThreadPool()
        speech = SpeechSynthesizer(client, self._workshop, settings.wanjie, chat)
        painting = ImageGenerator(client, chats, catalog, self._workshop)
        reading = QuestionBuilder(client, catalog, self._workshop, sentences, settings.wanjie, chat)
        self._desk = Services(
            conversations,
            catalog,
            inbox,
            sentences,
            chosen,
            talk,
            self._old_buttons,
            AnswerFiles(self._redis),
            speech,
            painting,
            reading,
            policy=chat,
        )
        self.reception = EventReceiver(inbox, conversations, parse_command)

    def worker(self, platforms: Mapping[str, Platform]) -> Worker:
        """Answers on these platforms, by the first part of their chat references."""
        bot = Bot(self._desk, platforms, mailbox_limit=self._settings.service.mailbox_limit)
        return Worker(self._redis, handle=bot.handle, give_up=bot.give_up, exclusive=self._exclusive)

    def new_catalog(self) -> Catalog:
        """A list of the key's models that is asked for anew, whatever the answers' one remembers."""
        return Catalog(self._client, self._settings.wanjie)

    def budget(self, account: str) -> RateLimiter:
        """The calls that may be made in the name of `account` (such as `tg:<bot>`), counted over all replicas."""
        return RateLimiter(self._redis, account)

    def lease(self, name: str) -> Lease:
        """A task that one replica does at a time."""
        return Lease(self._redis, name, alone=self._exclusive)

    def menu(self) -> dict[str, list[tuple[str, str]]]:
        """The commands with their descriptions, by language; the default language first."""
        sentences = self._desk.translations
        return {
            language: [(command.name, sentences.text(f"command.{command.name}", language)) for command in COMMANDS]
            for language in sentences.languages
        }

    async def suggest(self, menu: str, chat: ChatRef, text: str, reader: Sender) -> tuple[Option, ...]:
        """The options of the menu of that name that fit what `reader` types; () when there is no such menu.

        The options are () as well when the models cannot be listed. Raises a `STORE_ERRORS` error when the store is
        away.
        """
        command = find_command(menu)
        if command is None or command.suggest is None:
            return ()
        try:
            return await command.suggest(self._desk, chat, text, reader.locale)
        except WanjieError as error:
            _log.warning("a menu could not be filled", menu=menu, reason=type(error).__name__)
            return ()

    async def aclose(self) -> None:
        """Close the connections to the store."""
        await self._old_buttons.aclose()
        self._workshop.close()
        await self._redis.aclose()
        await self.store.aclose()


@asynccontextmanager
async def open_catalog(settings: Settings) -> AsyncGenerator[Catalog]:
    """Open a list of the key's models that nothing else looks at; nothing is asked yet."""
    client = WanjieClient(settings.wanjie, proxies=settings.proxies(settings.wanjie))
    try:
        yield Catalog(client, settings.wanjie)
    finally:
        await client.aclose()


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncGenerator[Service]:
    """Open the store, a private one unless `REDIS_URL` names another, and all that works on it."""
    async with AsyncExitStack() as stack:
        configured = settings.service.redis_url
        if configured is None:
            url = await stack.enter_async_context(EmbeddedRedis(settings.service.data_dir))
        else:
            url = configured.get_secret_value()
        client = WanjieClient(settings.wanjie, proxies=settings.proxies(settings.wanjie))
        stack.push_async_callback(client.aclose)
        service = Service(settings, url, client, exclusive=configured is None)
        stack.push_async_callback(service.aclose)
        yield service
