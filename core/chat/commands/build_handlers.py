"""What each declared command does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.access import AccessRegister, Claims, ModelPolicy
from core.chat.actions.answer_question import QuestionAnswerer
from core.chat.actions.ask_admins_about_strangers import AccessRequests
from core.chat.actions.post_drawn_pictures import PictureDrawer
from core.chat.actions.post_voice_note import Speaker
from core.chat.actions.send_announcements import Announcer
from core.chat.answer.answer_with_history import AnswerService
from core.chat.answer.select_model_or_fallback import ModelSelector
from core.chat.delivery.remove_old_buttons import OldButtons
from core.chat.events.deletions import Deletions
from core.chat.generation.synthesize_speech import SpeechSynthesizer
from core.chat.text.translations import Translations
from core.media.decoding.pool import DecoderPool
from core.queue import DeadLetters, Inbox, WaitingMessages
from core.settings import ChatSettings
from core.store import Conversations, Erasure, ObservedMessages
from core.usage import FeedbackCounters, UsageCounters, UsageReport
from core.wanjie import Catalog

from .admin import AdminCommand
from .admin_announce import DISCARD, SEND, AnnounceCommand
from .admin_limits import LimitRules
from .admin_models import ModelRules
from .admin_owner import HAND_OVER, KEEP, OwnerCommand
from .ask import AskCommand
from .command_list import COMMANDS
from .export import ExportCommand
from .file import FileCommand
from .forget import ForgetCommand
from .handler_types import ButtonHandler, CommandHandler
from .imagine import ImagineCommand
from .language import LanguageCommand
from .leave_thread import leave_thread
from .model import ModelCommand
from .new_stop_retry_continue import ConversationCommands
from .pair import PairCommand
from .reasoning import ReasoningCommand
from .set_preference import PreferenceWriter
from .settings import SettingsCommand
from .speak import SpeakCommand
from .start_and_help import AboutCommands
from .summarize import SummarizeCommand
from .system_prompt import SystemCommand
from .translate import TranslateCommand
from .usage import UsageCommand
from .voice import VoiceCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandServices:
    """The services of all commands; each command keeps the few that it uses, and none keeps this."""

    conversations: Conversations
    catalog: Catalog
    inbox: Inbox
    waiting: WaitingMessages
    dead_letters: DeadLetters
    erasure: Erasure
    translations: Translations
    models: ModelSelector
    answers: AnswerService
    answerer: QuestionAnswerer
    drawer: PictureDrawer
    speaker: Speaker
    speech: SpeechSynthesizer
    old_buttons: OldButtons
    observed: ObservedMessages
    feedback: FeedbackCounters
    register: AccessRegister
    requests: AccessRequests
    claims: Claims
    policy: ModelPolicy
    announcer: Announcer
    usage: UsageCounters
    report: UsageReport
    decoders: DecoderPool
    can_transcribe: bool
    """The service understands voice messages."""
    chat_settings: ChatSettings


def build_handlers(services: CommandServices) -> Mapping[str, CommandHandler]:
    """Build the handler of each command in `COMMANDS`, by its name."""
    preferences = PreferenceWriter(services.conversations, services.chat_settings.model_change)
    return {
        **_build_help(services),
        **_build_choices(services, preferences),
        **_build_content(services),
        **_build_conversation(services),
        **_build_records(services, preferences),
        **_build_access(services),
    }


def _build_help(services: CommandServices) -> dict[str, CommandHandler]:
    about = AboutCommands(services.models, COMMANDS, can_transcribe=services.can_transcribe)
    return {"start": CommandHandler(about.show_welcome), "help": CommandHandler(about.show_help)}


def _build_choices(services: CommandServices, preferences: PreferenceWriter) -> dict[str, CommandHandler]:
    """Build the commands that set what a chat has chosen; the menus of most are pages of that of `/settings`."""
    models = services.models
    model = ModelCommand(services.catalog, models, preferences, services.translations)
    voice = VoiceCommand(services.speech, models, services.conversations, preferences)
    reasoning = ReasoningCommand(models, preferences)
    language = LanguageCommand(preferences, services.translations)
    menus = {
        "model": model.show_menu,
        "voice": voice.show_menu,
        "reasoning": reasoning.show_menu,
        "language": language.show_menu,
    }
    settings = SettingsCommand(
        models,
        services.speech,
        preferences,
        services.observed,
        services.erasure,
        menus,
        lifetime=services.conversations.lifetime,
    )
    return {
        "model": CommandHandler(model.choose, on_select=model.on_select, suggest=model.suggest),
        "voice": CommandHandler(voice.choose, on_select=voice.on_select, suggest=voice.suggest),
        "reasoning": CommandHandler(reasoning.choose, on_select=reasoning.on_select),
        "language": CommandHandler(language.choose, on_select=language.on_select),
        "settings": CommandHandler(settings.show, on_select=settings.on_select),
        "system": CommandHandler(SystemCommand(models, preferences).set_prompt),
    }


def _build_content(services: CommandServices) -> dict[str, CommandHandler]:
    """Build the commands that have something made: a picture, a recording, a file, a summary."""
    imagine = ImagineCommand(services.drawer, services.catalog)
    speak = SpeakCommand(services.speaker, services.conversations, services.catalog)
    file = FileCommand(services.conversations)
    return {
        "imagine": CommandHandler(
            imagine.draw,
            button=ButtonHandler(imagine.press_draw, may_repeat=True, refuse=imagine.refuse_forgotten_prompt),
        ),
        "speak": CommandHandler(speak.speak, button=ButtonHandler(speak.press_speak, in_background=True)),
        "file": CommandHandler(file.post_code, button=ButtonHandler(file.press_file, in_background=True)),
        "translate": CommandHandler(TranslateCommand(services.answerer).translate),
        "ask": CommandHandler(AskCommand(services.answerer).ask),
    }


def _build_conversation(services: CommandServices) -> dict[str, CommandHandler]:
    """Build the commands about the running answer and the newest one, and about all that was said."""
    summaries = SummarizeCommand(services.observed, services.answerer, max_tokens=services.answers.max_question_tokens)
    conversation = ConversationCommands(
        services.conversations, services.inbox, services.answers, services.answerer, services.old_buttons, summaries
    )
    return {
        "summarize": CommandHandler(summaries.summarize),
        "new": CommandHandler(conversation.start_over),
        "stop": CommandHandler(conversation.stop, button=ButtonHandler(conversation.press_stop, at_once=True)),
        "retry": CommandHandler(
            conversation.retry, button=ButtonHandler(conversation.press_retry, refuse=conversation.refuse_old_answer)
        ),
        "continue": CommandHandler(
            conversation.continue_answer,
            button=ButtonHandler(conversation.press_continue, refuse=conversation.refuse_old_answer),
        ),
        "leave": CommandHandler(leave_thread),
    }


def _build_records(services: CommandServices, preferences: PreferenceWriter) -> dict[str, CommandHandler]:
    """Build the commands about what is kept of conversations and of use."""
    deletions = Deletions(services.inbox, services.conversations)
    forget = ForgetCommand(
        services.erasure, services.waiting, services.dead_letters, deletions, preferences, services.usage
    )
    usage = UsageCommand(services.usage, services.feedback, services.report, services.decoders, preferences)
    return {
        "forget": CommandHandler(forget.forget),
        "export": CommandHandler(ExportCommand(services.conversations).export),
        "usage": CommandHandler(usage.show),
    }


def _build_access(services: CommandServices) -> dict[str, CommandHandler]:
    """Build the commands with which the bot is claimed and administered."""
    register = services.register
    announce, owner = AnnounceCommand(services.announcer), OwnerCommand(register)
    admin = AdminCommand(
        register,
        services.requests,
        {
            "models": ModelRules(register, services.policy, services.catalog).run,
            "limits": LimitRules(register, services.usage).run,
            "announce": announce.ask,
            "owner": owner.ask,
        },
        {
            SEND: announce.press_send,
            DISCARD: announce.press_discard,
            HAND_OVER: owner.press_hand_over,
            KEEP: owner.press_keep,
        },
    )
    return {
        "pair": CommandHandler(PairCommand(services.claims, register).pair),
        "admin": CommandHandler(admin.run, on_select=admin.on_select),
    }
