"""One question to the model, one answer to the chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from core.chat.delivery.answer_buttons import AnswerButtons
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.notice import send_notice
from core.chat.delivery.old_buttons import OldButtons
from core.chat.port.incoming import ChatRef, Incoming
from core.chat.port.outbox import Outbox
from core.chat.question.prompt import build_messages, speaker_prefix
from core.chat.question.question import Question
from core.chat.text.page_breaks import open_fence
from core.chat.text.translations import Translations
from core.media.visible_text import is_blank
from core.queue import Job
from core.store import ChatPreferences, Conversations, HistoryMessage
from core.wanjie import Catalog, ChatRequest, WanjieError

from .answer_pictures import AnswerPictures
from .answer_writer import AnswerWriter
from .model_choice import ModelSelector
from .model_client import ChatClient
from .toolbox import Toolbox

_log = structlog.get_logger()

TOOL_ONLY_ANSWER = "[What was asked for has been sent.]"
"""What is remembered of an answer that was a deed; models have to be told that they said something."""
_NOTES = {"length": "talk.cut", "content_filter": "talk.filtered"}
_SILENCES = {"length": "talk.spent", "content_filter": "talk.filtered"}
"""The same for answers without a word."""


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """What is known of a conversation before a question is asked."""

    history: list[HistoryMessage]
    preferences: ChatPreferences
    pictures: Mapping[str, str] = field(default_factory=dict[str, str])
    """Pictures of the history as data URLs, by the platform's ids."""


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A question, what it is asked on top of, and what its answer does to the history."""

    question: Question
    conversation: ConversationContext
    pictures: AnswerPictures
    """Gets those that the answer holds."""
    replaces: int = 0
    """So many of the newest messages of the history are forgotten for it, and not shown to the model either."""
    continues: HistoryMessage | None = None
    """The question whose answer goes on in this one: the history's newest."""
    toolbox: Toolbox | None = None
    """For models that use tools."""


@dataclass(frozen=True, slots=True)
class PromptDefaults:
    """What every question to a model carries by default."""

    system_prompt: str
    tokens: int
    """Question and history together, by estimate."""
    video_patience: float
    """Seconds that a model which makes videos may stay silent."""


class AnswerService:
    """Asks the chat's model and shows its answer while it grows."""

    def __init__(
        self,
        client: ChatClient,
        catalog: Catalog,
        models: ModelSelector,
        conversations: Conversations,
        translations: Translations,
        old_buttons: OldButtons,
        defaults: PromptDefaults,
    ) -> None:
        self._client = client
        self._catalog = catalog
        self._models = models
        self._conversations = conversations
        self._translations = translations
        self._old_buttons = old_buttons
        self._defaults = defaults

    @property
    def longest_question(self) -> int:
        """Tokens, by estimate."""
        return self._defaults.tokens

    async def load_context(self, chat: ChatRef) -> ConversationContext:
        """What a question in this chat is asked on top of."""
        return ConversationContext(
            await self._conversations.get_history(str(chat)), await self._models.preferences(chat)
        )

    async def answer(self, job: Job, incoming: Incoming, outbox: Outbox, request: AnswerRequest) -> str:
        """Answer a question and remember both; return the answer's words, "" when there are none.

        A turn taken over continues in the messages that are there. A failure leaves the history as it was, the best of
        the answer on the screen, and raises the `WanjieError` or `OutboxError`; `/retry` then finds the question.
        """
        chat, begun = str(incoming.chat), time.monotonic()
        event = request.question.event or job.event_id
        asked = request.continues or HistoryMessage("user", request.question.text, request.question.files, event=event)
        speaking = asyncio.create_task(self._speaks())  # asked for while the answer grows, needed at its end
        buttons = AnswerButtons(
            str(ButtonData.for_job(job, incoming)),
            self._labels(incoming),
            aloud=lambda: speaking.done() and speaking.result(),
        )
        writing = AnswerWriter(
            self._client,
            job,
            outbox,
            buttons,
            group=not incoming.direct,
            reasoning=request.conversation.preferences.reasoning,
            toolbox=request.toolbox,
            pictures=request.pictures,
            picture_word=self._labels(incoming)("answer.picture"),
            opening=open_fence(request.conversation.history[-1].content) if request.continues else "",
        )
        text = ""
        try:
            text = await self._text(writing, job, incoming, outbox, request)
        finally:
            speaking.cancel()
            if writing.last_message is not None:
                await self._old_buttons.note(chat, job.event_id, writing.last_message)
            if is_blank(text) and not (
                writing.used_tools or job.ownership_lost or request.continues or request.replaces
            ):
                await self._conversations.save_unanswered(chat, replace(asked, uid=job.event_id))
        said = not is_blank(text) or writing.used_tools
        if said:
            await self._remember(chat, job.event_id, asked, TOOL_ONLY_ANSWER if is_blank(text) else text, request)
        if not said and not job.stop_requested.is_set():
            await self._say(job, incoming, outbox, _SILENCES.get(writing.reason, "talk.nothing"))
        elif note := _NOTES.get(writing.reason):
            await self._say(job, incoming, outbox, note)
        seconds = round(time.monotonic() - begun, 1)
        _log.info("answered", characters=len(text), reason=writing.reason, seconds=seconds, attempt=job.attempt)
        return text

    async def _remember(self, chat: str, uid: str, asked: HistoryMessage, text: str, request: AnswerRequest) -> None:
        if request.continues is not None:
            exchange = (asked, HistoryMessage("assistant", request.conversation.history[-1].content + text, uid=uid))
            await self._conversations.append(chat, uid, exchange, drop=2)
        else:
            exchange = (asked, HistoryMessage("assistant", text, uid=uid))
            await self._conversations.append(chat, uid, exchange, drop=request.replaces)

    async def _text(
        self, writing: AnswerWriter, job: Job, incoming: Incoming, outbox: Outbox, request: AnswerRequest
    ) -> str:
        """Show the whole answer and return it."""
        if writing.saved_text is not None:
            return await writing.show_saved()
        return await self._models.run_with_model(
            "chat",
            request.conversation.preferences,
            lambda model: writing.write(self._request(model, request, incoming)),
            job=job,
            incoming=incoming,
            outbox=outbox,
        )

    def _request(self, model: str, request: AnswerRequest, incoming: Incoming) -> ChatRequest:
        memory, toolbox = request.conversation, request.toolbox
        # The default model may be blind where the chosen one, now gone, was not.
        sees = self._catalog.features.supports_images(model)
        video = self._catalog.kind_of(model) == "video"
        question = request.question if sees else replace(request.question, images=())
        if video:  # it films what it is told, names included
            question = replace(question, text=question.text.removeprefix(speaker_prefix(incoming)))
        messages = build_messages(
            question,
            [] if video else memory.history[: len(memory.history) - request.replaces],
            system="" if video else memory.preferences.system or self._defaults.system_prompt,
            group=not incoming.direct and not video,
            tokens=self._defaults.tokens,
            pictures=memory.pictures if sees else {},
        )
        tools = toolbox.offered if toolbox is not None and self._catalog.features.supports_tools(model) else ()
        patience = self._defaults.video_patience if video else None
        return ChatRequest(model, tuple(messages), patience=patience, tools=tools)

    def _labels(self, incoming: Incoming) -> Callable[[str], str]:
        return lambda key: self._translations.text(key, incoming.sender.locale, sign=incoming.command_sign)

    async def _speaks(self) -> bool:
        """Whether there is a model that can read answers aloud."""
        try:
            return await self._catalog.default_model("speech") is not None
        except WanjieError:
            return False

    async def _say(self, job: Job, incoming: Incoming, outbox: Outbox, key: str) -> None:
        said = self._translations.text(key, incoming.sender.locale, sign=incoming.command_sign)
        await send_notice(job, outbox, said)
