"""The composition root of the core: everything that platforms share is built here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from core.access import AccessRegister, Claims, KeyReader, ModelPolicy
from core.chat.actions.answer_question import QuestionAnswerer
from core.chat.actions.ask_admins_about_strangers import AccessRequests
from core.chat.actions.ask_waiting_questions_ahead import WaitingQuestions
from core.chat.actions.count_ratings import RatingCounter
from core.chat.actions.inline_question_offers import QuestionOffers
from core.chat.actions.name_conversation import ConversationTitles
from core.chat.actions.post_drawn_pictures import PictureDrawer
from core.chat.actions.post_voice_note import Speaker
from core.chat.actions.question_checkpoint import QuestionReader
from core.chat.actions.send_announcements import Announcer
from core.chat.actions.welcome_and_first_questions import Welcome
from core.chat.answer.adapt_request_to_model import ChatClient
from core.chat.answer.ahead_answers import AheadAnswers
from core.chat.answer.answer_with_history import AnswerService, PromptDefaults
from core.chat.answer.select_model_or_fallback import ModelSelector
from core.chat.bot import Bot
from core.chat.commands import list_for, parse_command
from core.chat.commands.build_handlers import CommandServices, build_handlers
from core.chat.commands.command_and_button_permissions import CommandPermissions
from core.chat.commands.dispatcher import CommandDispatcher
from core.chat.commands.form_service import FormService
from core.chat.commands.handler_types import ButtonHandler
from core.chat.commands.home_page_contents import HomePage
from core.chat.commands.search_menu import MenuSearch
from core.chat.delivery.answer_buttons import RATE
from core.chat.delivery.fewer_steps_under_load import OverloadBackoff
from core.chat.delivery.remove_old_buttons import OldButtons
from core.chat.delivery.waiting_marks import WaitingMarks
from core.chat.events.access_gate import AccessGate
from core.chat.events.receiver import EventReceiver
from core.chat.generation.generate_images import ImageGenerator
from core.chat.generation.synthesize_speech import SpeechSynthesizer
from core.chat.port.menus import CommandMenus, CommandReaders
from core.chat.port.platform import Platform
from core.chat.question.build_question import QuestionBuilder
from core.chat.respond_to_event import Responder
from core.chat.text.translations import Translations
from core.chat.trace_jobs import trace_jobs
from core.media.decoding.pool import DecoderPool
from core.media.thread_pool import ThreadPool
from core.metrics import Metrics
from core.queue import DeadLetters, Inbox, QueueGauges, QueueLimits, WaitingMessages, Worker
from core.redis import LeaderLease, RateLimiter, StoreHealth, connect
from core.redis.text_cipher import build_cipher
from core.settings import Settings
from core.store import AnswerFiles, Conversations, Erasure, LearnedModelFacts, ObservedMessages, ShownAnswers
from core.store.secret_records import SecretRecords
from core.tracing import Tracer
from core.usage import FeedbackCounters, MeteredClient, PriceList, UsageCounters, UsageReport, list_limits
from core.wanjie import Catalog, WanjieClient

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Stored:
    """What keeps its data in Redis and is used by several others."""

    inbox: Inbox
    conversations: Conversations
    old_buttons: OldButtons
    button_keys: KeyReader
    register: AccessRegister
    model_facts: LearnedModelFacts
    answer_files: AnswerFiles
    observed: ObservedMessages
    feedback: FeedbackCounters
    usage: UsageCounters


class Service:
    """What the platforms and the program are given to work with."""

    def __init__(
        self, settings: Settings, url: str, client: WanjieClient, metrics: Metrics, tracer: Tracer, *, exclusive: bool
    ) -> None:
        """Build everything over the store at `url`; `exclusive`: no other process works on it."""
        self._settings = settings
        self._exclusive = exclusive
        self._client, self.tracer = client, tracer
        self.store = StoreHealth(url)
        """Whether the store takes what is written, and what an operator should know about it."""
        self._redis = connect(url, report=self.store.report)
        self.metrics = metrics
        """What is measured, but for the queue; see `render_metrics`."""
        self._queue_gauges = QueueGauges(self._redis, metrics)
        self._cipher = build_cipher(settings.chat.history_encryption_keys)
        self._stored = self._build_stored()
        self._translations = Translations()
        self._threads, self._decoders = ThreadPool(), DecoderPool()
        self._platforms: dict[str, Platform] = {}
        self._requests = AccessRequests(self._stored.register, self._platforms, self._translations)
        self._policy = ModelPolicy(settings.usage.models_for_members, settings.usage.models_for_others)
        self._gate = AccessGate(self._stored.register, self._stored.inbox, settings.service.access_mode, self._policy)
        self.claims = Claims(self._redis)
        """Makes the codes with which the first admin claims the bot."""
        self.forms = FormService(
            self._gate, self._stored.conversations, self._stored.button_keys, self._translations, self._platforms
        )
        """Opens the forms of commands, and checks them."""
        self._metered = MeteredClient(self._client, self._stored.usage, self.metrics)
        self._ahead = AheadAnswers(ChatClient(self._metered, self._stored.model_facts))
        self._titles = ConversationTitles(self._stored.conversations)
        commands = self._build_command_services()
        self._answerer = commands.answerer
        self.handlers = build_handlers(commands)
        """What each command does, by its name."""
        self.question_offers = QuestionOffers(
            self._gate, commands.models, self._translations, self._platforms, parse_command
        )
        """What is offered to people who type a question outside of every chat."""
        self.menu_search = MenuSearch(self.handlers, self._gate, self._platforms, self._stored.button_keys)
        self.reception = EventReceiver(
            self._stored.inbox, self._stored.conversations, self._stored.observed, self._gate, parse_command, tracer
        )

    def _build_stored(self) -> _Stored:
        service, chat, cipher = self._settings.service, self._settings.chat, self._cipher
        lifetime = timedelta(days=chat.history_days)
        conversations = Conversations(self._redis, messages=chat.history_messages, lifetime=lifetime, cipher=cipher)
        return _Stored(
            inbox=Inbox(self._redis, limits=QueueLimits.for_mailbox(service.mailbox_limit), cipher=cipher),
            conversations=conversations,
            old_buttons=OldButtons(ShownAnswers(self._redis, lifetime=lifetime, cipher=cipher), conversations),
            button_keys=KeyReader(self._redis),
            register=AccessRegister(self._redis),
            model_facts=LearnedModelFacts(self._redis),
            answer_files=AnswerFiles(self._redis, cipher),
            observed=ObservedMessages(self._redis, cipher),
            feedback=FeedbackCounters(self._redis),
            usage=self._build_usage(),
        )

    def _build_usage(self) -> UsageCounters:
        usage = self._settings.usage
        return UsageCounters(self._redis, PriceList(usage.model_prices), list_limits(usage))

    def _build_command_services(self) -> CommandServices:
        """Build what reads questions, generates and answers."""
        chat, wanjie, stored = self._settings.chat, self._settings.wanjie, self._stored
        metered = self._metered
        catalog, client = Catalog(self._client, wanjie), ChatClient(metered, stored.model_facts)
        models = ModelSelector(catalog, stored.conversations)
        answers = self._build_answers(catalog, models)
        speech = SpeechSynthesizer(metered, self._threads, self._decoders, wanjie, chat)
        images = ImageGenerator(metered, client, catalog, self._decoders)
        questions = QuestionBuilder(metered, catalog, self._decoders, self._translations, wanjie, chat)
        speaker = Speaker(speech, models, limit=chat.speak_limit)
        drawer = PictureDrawer(images, models, catalog, stored.conversations, stored.button_keys)
        reader = QuestionReader(questions, stored.conversations)
        answerer = QuestionAnswerer(
            answers,
            reader,
            stored.answer_files,
            images,
            drawer,
            speaker,
            stored.old_buttons,
            stored.observed,
            self._titles,
            offers_tools=chat.image_tool == "on",
        )
        return CommandServices(
            conversations=stored.conversations,
            catalog=catalog,
            inbox=stored.inbox,
            waiting=WaitingMessages(self._redis, stored.inbox),
            dead_letters=DeadLetters(self._redis, stored.inbox, cipher=self._cipher),
            erasure=Erasure(self._redis, owns_server=self._exclusive),
            translations=self._translations,
            models=models,
            answers=answers,
            answerer=answerer,
            drawer=drawer,
            speaker=speaker,
            speech=speech,
            old_buttons=stored.old_buttons,
            observed=stored.observed,
            feedback=stored.feedback,
            register=stored.register,
            requests=self._requests,
            claims=self.claims,
            policy=self._policy,
            announcer=Announcer(stored.conversations, stored.inbox, self._gate, self._platforms),
            usage=stored.usage,
            report=UsageReport(self._redis),
            decoders=self._decoders,
            can_transcribe=questions.can_transcribe,
            chat_settings=chat,
        )

    def _build_answers(self, catalog: Catalog, models: ModelSelector) -> AnswerService:
        chat, stored = self._settings.chat, self._stored
        defaults = PromptDefaults(
            chat.system_prompt,
            chat.history_tokens,
            self._settings.wanjie.video_timeout,
            self._settings.usage.cost_line,
        )
        return AnswerService(
            self._ahead,
            catalog,
            models,
            stored.conversations,
            stored.old_buttons,
            stored.button_keys,
            defaults,
            self.metrics,
            OverloadBackoff(),
        )

    def worker(self, platforms: Mapping[str, Platform]) -> Worker:
        """Answers on these platforms, by the first part of their chat references."""
        self._platforms.update(platforms)
        bot = self._build_bot(platforms)
        return Worker(
            self._redis,
            handle=trace_jobs(bot.handle, self.tracer),
            give_up=bot.give_up,
            exclusive=self._exclusive,
            metrics=self.metrics,
            cipher=self._cipher,
        )

    def _build_bot(self, platforms: Mapping[str, Platform]) -> Bot:
        """Build what handles one event after the other."""
        permissions = CommandPermissions(self._stored.conversations, self._stored.inbox, platforms)
        ratings = RatingCounter(self._stored.conversations, self._stored.feedback)
        buttons = {RATE: ButtonHandler(ratings.press, at_once=True)}
        commands = CommandDispatcher(
            self.handlers, buttons, platforms, self._stored.inbox, permissions, self._stored.button_keys
        )
        welcome = Welcome(self._stored.conversations, self._settings.chat.suggested_prompts)
        home = HomePage(
            self.handlers,
            commands,
            welcome,
            self._stored.inbox,
            self._stored.conversations,
            self._platforms,
            self._stored.button_keys,
        )
        responder = Responder(
            platforms,
            self._stored.inbox,
            self._stored.conversations,
            commands,
            self._answerer,
            self._stored.old_buttons,
            ratings,
            self._titles,
            welcome,
            home,
        )
        return Bot(
            platforms,
            self._stored.inbox,
            self._stored.conversations,
            self._translations,
            self._gate,
            self._requests,
            responder,
            home,
            WaitingQuestions(self._stored.inbox, WaitingMarks(self._stored.conversations), self._answerer, self._ahead),
            tracer=self.tracer,
        )

    async def render_metrics(self) -> bytes:
        """Return all metrics as text; those of the queue are read from the store every few seconds."""
        await self._queue_gauges.refresh()
        return self.metrics.render()

    def new_catalog(self) -> Catalog:
        """A list of the key's models that is asked for anew, whatever the answers' one remembers."""
        return Catalog(self._client, self._settings.wanjie)

    def budget(self, account: str) -> RateLimiter:
        """The calls that may be made in the name of `account` (such as `tg:<bot>`), counted over all replicas."""
        return RateLimiter(self._redis, account)

    def secrets(self, area: str, keys: Sequence[str]) -> SecretRecords:
        """Secrets of a platform, encrypted with the first of these keys."""
        return SecretRecords(self._redis, area, keys)

    def lease(self, name: str) -> LeaderLease:
        """A task that one replica does at a time."""
        return LeaderLease(self._redis, name, alone=self._exclusive)

    def menu(self) -> CommandMenus:
        """The commands with their descriptions, for each kind of readers and in every language."""
        text = self._translations.text
        kinds: tuple[CommandReaders, ...] = ("direct", "group", "group_admins")
        return {
            readers: {
                language: [(command.name, text(f"command.{command.name}", language)) for command in list_for(readers)]
                for language in self._translations.languages
            }
            for readers in kinds
        }

    async def aclose(self) -> None:
        """Close the connections to the store."""
        await self._ahead.aclose()
        await self._stored.old_buttons.aclose()
        self._threads.close()
        await self._decoders.aclose()
        await self._redis.aclose()
        await self.store.aclose()
