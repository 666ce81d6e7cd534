"""One question to the model, one answer to the chat."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import structlog

from core.access import KeyReader, SigningKey
from core.chat.delivery.answer_buttons import AnswerButtons, make_rating_buttons
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.fewer_steps_under_load import OverloadBackoff
from core.chat.delivery.measure_answer import AnswerMeasurement
from core.chat.delivery.remove_old_buttons import OldButtons
from core.chat.port.incoming import ANYONE, Incoming
from core.chat.question.prompt import build_messages, remove_speaker
from core.error_words import keep_error_words
from core.media.visible_text import is_blank
from core.metrics import Metrics
from core.store import Conversations, HistoryMessage
from core.wanjie import Catalog, ChatRequest, WanjieError

from .ahead_answers import AheadAnswers
from .answer_request import AnswerRequest, ConversationContext
from .select_model_or_fallback import ChatModels, ModelSelector
from .stream_answer import AnswerWriter

_log = structlog.get_logger()

TOOL_ONLY_ANSWER = "[What was asked for has been sent.]"
"""The history's text of an answer that consists of what tools have sent; models have to read that they answered."""
MODEL_NOTE = "made:"
"""How the names of the notes begin that hold the model of an answer, by its message."""
_NOTES = {"length": "talk.cut", "content_filter": "talk.filtered"}
"""What is said below an answer, by the reason why the model ended."""
_STANDALONE_NOTES = {**_NOTES, "length": "inline.length"}
"""The same where nothing continues an answer."""
_BLANK_ANSWER_NOTES = {"length": "talk.spent", "content_filter": "talk.filtered"}
"""The same for answers without a word."""


@dataclass(frozen=True, slots=True)
class PromptDefaults:
    """What every question to a model carries by default."""

    system_prompt: str
    tokens: int
    """Question and history together, by estimate."""
    video_timeout: float
    """Seconds that a model which makes videos may stay silent."""
    cost_line: Literal["off", "groups", "all"] = "off"
    """Where a line below each answer says what it has used, unless the chat has chosen."""


class AnswerService:
    """Asks the chat's model and shows its answer while it grows."""

    def __init__(
        self,
        client: AheadAnswers,
        catalog: Catalog,
        models: ModelSelector,
        conversations: Conversations,
        old_buttons: OldButtons,
        button_keys: KeyReader,
        defaults: PromptDefaults,
        metrics: Metrics,
        backoff: OverloadBackoff,
    ) -> None:
        self._client = client
        self._catalog = catalog
        self._models = models
        self._conversations = conversations
        self._old_buttons = old_buttons
        self._button_keys = button_keys
        self._defaults = defaults
        self._metrics = metrics
        self._backoff = backoff

    @property
    def max_question_tokens(self) -> int:
        """Tokens of a question at most, by estimate."""
        return self._defaults.tokens

    async def load_context(self, context: EventContext) -> ConversationContext:
        """Read the conversation in which a question is asked."""
        history = context.history if context.memory == context.chat else None
        if history is None:
            history = await self._conversations.get_history(context.memory)
        return ConversationContext(list(history), self._models.of(context.preferences, context.models))

    async def answer(self, context: EventContext, request: AnswerRequest) -> str:
        """Answer a question and save both in the history; return the answer's text, "" when there is none.

        A job taken over continues in the messages that are there. Of a question that stands alone (`Capabilities`)
        nothing is saved. A failure leaves the history as it was, the longest
        attempt on the screen, and raises the `WanjieError` or `OutboxError`; `/retry` then finds the question.
        """
        started_at, key = time.monotonic(), await self._button_keys.read()
        # While the answer grows; the buttons at its end need it.
        finding_voice = asyncio.create_task(_has_speech_model(request.conversation.models))
        request = replace(request, shows_cost=self._shows_cost(context, request))
        measurement = AnswerMeasurement(self._metrics, context.incoming.chat.platform, context.job.stored_at)
        buttons = _build_buttons(context, key, finding_voice)
        writer = AnswerWriter(self._client, context, buttons, request, measurement, self._backoff)
        text = ""
        try:
            with measurement.counting_outcome():
                text = await self._write(context, writer, request)
        finally:
            finding_voice.cancel()
            await self._note_attempt(context, writer, request, text)
        is_answered = not is_blank(text) or writer.used_tools
        if is_answered and not context.outbox.capabilities.standalone:
            await self._save(context, request, TOOL_ONLY_ANSWER if is_blank(text) else text)
            await self._note_model(context, writer, request)
        await _explain_end(context, writer.reason, is_answered=is_answered)
        _log_answer(context, writer.reason, text, time.monotonic() - started_at)
        return text

    async def _note_attempt(
        self, context: EventContext, writer: AnswerWriter, request: AnswerRequest, text: str
    ) -> None:
        """Note, however it ended, which message has the buttons and, without an answer, which question to ask again."""
        job, keep = context.job, request.conversation.preferences.keep
        if context.outbox.capabilities.standalone:
            return
        if writer.last_message is not None:
            await self._old_buttons.remember(context.memory, job.event_id, writer.last_message, keep=keep)
        if is_blank(text) and not (writer.used_tools or job.ownership_lost or request.continues or request.replaces):
            question = replace(_question_message(context, request), uid=job.event_id)
            await self._conversations.save_unanswered(context.memory, question, keep=keep)

    def _shows_cost(self, context: EventContext, request: AnswerRequest) -> bool:
        """Whether a line below the answer says what it has used."""
        chosen = request.conversation.preferences.cost_line
        default = self._defaults.cost_line
        return chosen == "on" if chosen else default == "all" or (default == "groups" and not context.incoming.direct)

    async def _note_model(self, context: EventContext, writer: AnswerWriter, request: AnswerRequest) -> None:
        """Note which model made an answer where people may rate its message."""
        capabilities = context.outbox.capabilities
        if writer.last_message is None or not (capabilities.ratings or capabilities.rating_buttons):
            return
        model = await request.conversation.models.find("chat")
        if model is not None:
            chat = str(context.incoming.chat.parent)  # a rating does not tell its topic
            await self._conversations.put_note(chat, MODEL_NOTE + writer.last_message.page.message_id, model)

    async def ask_ahead(self, context: EventContext, request: AnswerRequest) -> None:
        """Begin to ask the chat's model for an answer whose turn comes later; `answer` shows it then.

        A video is not asked for: it takes long and costs much, and the question may still be withdrawn.
        """
        model = await request.conversation.models.find("chat")
        if model is not None and self._catalog.detect_kind(model) != "video":
            job = context.job
            self._client.ask(
                job.lane, job.event_id, self._chat_request(model, request, context.incoming), context.payer
            )

    async def _save(self, context: EventContext, request: AnswerRequest, text: str) -> None:
        """Put question and answer into the history in one step."""
        continued = request.conversation.history[-1].content if request.continues else ""
        answer = HistoryMessage("assistant", continued + text, uid=context.job.event_id)
        await self._conversations.append(
            context.memory,
            context.job.event_id,
            (_question_message(context, request), answer),
            drop=2 if request.continues else request.replaces,
            keep=request.conversation.preferences.keep,
        )

    async def _write(self, context: EventContext, writer: AnswerWriter, request: AnswerRequest) -> str:
        """Show the whole answer and return it."""
        if writer.saved_text is not None:
            return await writer.show_saved()
        return await self._models.run_with_model(
            context,
            request.conversation.models,
            "chat",
            lambda model: writer.write(self._chat_request(model, request, context.incoming)),
        )

    def _chat_request(self, model: str, request: AnswerRequest, incoming: Incoming) -> ChatRequest:
        conversation, toolbox = request.conversation, request.toolbox
        # The default model may take no pictures where the chosen one, which is gone, did.
        takes_images = self._catalog.features.supports_images(model)
        makes_video = self._catalog.detect_kind(model) == "video"
        question = request.question if takes_images else replace(request.question, images=())
        if makes_video:  # it films the text as it stands, names included
            question = replace(question, text=remove_speaker(question.text, incoming))
        messages = build_messages(
            question,
            [] if makes_video else conversation.history[: len(conversation.history) - request.replaces],
            system=() if makes_video else (self._defaults.system_prompt, conversation.preferences.system or ""),
            group=not incoming.direct and not makes_video,
            tokens=self._defaults.tokens,
            pictures=conversation.pictures if takes_images else {},
            observed=() if makes_video else request.observed,
        )
        tools = toolbox.offered if toolbox is not None and self._catalog.features.supports_tools(model) else ()
        timeout = self._defaults.video_timeout if makes_video else None
        return ChatRequest(model, tuple(messages), silence_timeout=timeout, tools=tools)


def _build_buttons(context: EventContext, key: SigningKey, finding_voice: asyncio.Task[bool]) -> AnswerButtons:
    """Build the buttons of the answer; *Speak* is among them once a voice was found."""
    data, chat = ButtonData.for_job(context.job, context.incoming), context.incoming.chat
    sign_for_all = partial(replace(data, owner_id=ANYONE).sign, key, chat)
    make_ratings = partial(make_rating_buttons, sign_for_all, context.translate_plainly)
    capabilities = context.outbox.capabilities
    return AnswerButtons(
        partial(data.sign, key, chat),
        context.translate_plainly,
        can_speak=lambda: finding_voice.done() and finding_voice.result(),
        make_ratings=make_ratings if capabilities.rating_buttons else tuple,
        only_while_growing=capabilities.standalone,
    )


async def _explain_end(context: EventContext, reason: str, *, is_answered: bool) -> None:
    """Say why there is no answer, unless somebody stopped it, or why it ended too early."""
    notes = _STANDALONE_NOTES if context.outbox.capabilities.standalone else _NOTES
    if not is_answered and not context.job.stop_requested.is_set():
        await context.reply(_BLANK_ANSWER_NOTES.get(reason, "talk.nothing"))
    elif note := notes.get(reason):
        await context.reply(note)


def _log_answer(context: EventContext, reason: str, text: str, seconds: float) -> None:
    _log.info(
        "answered",
        characters=len(text),
        reason=keep_error_words(reason),
        seconds=round(seconds, 1),
        attempt=context.job.attempt,
    )


async def _has_speech_model(models: ChatModels) -> bool:
    """Whether there is a model that can read answers aloud."""
    try:
        return await models.find_default("speech") is not None
    except WanjieError:
        return False


def _question_message(context: EventContext, request: AnswerRequest) -> HistoryMessage:
    """The question as the history keeps it."""
    question = request.question
    event = question.event or context.job.event_id
    asker = question.asker or context.incoming.sender.owner_id
    return request.continues or HistoryMessage("user", question.text, question.files, event=event, asker=asker)
