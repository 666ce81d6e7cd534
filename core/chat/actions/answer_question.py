"""Answering a question: the model's text, its pictures and, where the chat wants it, a voice note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.chat.answer.answer_request import AnswerRequest, ConversationContext
from core.chat.answer.answer_with_history import AnswerService
from core.chat.answer.collect_answer_pictures import AnswerPictures
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.post_placeholder import post_placeholder
from core.chat.delivery.remove_old_buttons import OldButtons
from core.chat.generation.generate_images import ImageGenerator
from core.chat.question.continue_cut_answer import ask_to_continue
from core.chat.question.observed_context import list_observed
from core.chat.question.question import Question
from core.store import AnswerFiles, HistoryMessage, ObservedMessage, ObservedMessages
from core.usage import estimate_tokens

from .model_tools import MediaTools
from .name_conversation import ConversationTitles
from .post_answer_pictures import post_answer_pictures
from .post_drawn_pictures import PictureDrawer
from .post_voice_note import Speaker
from .question_checkpoint import QuestionReader


class QuestionAnswerer:
    """Answers messages, and writes answers again or continues them."""

    def __init__(
        self,
        answers: AnswerService,
        reader: QuestionReader,
        files: AnswerFiles,
        images: ImageGenerator,
        drawer: PictureDrawer,
        speaker: Speaker,
        old_buttons: OldButtons,
        observed: ObservedMessages,
        titles: ConversationTitles,
        *,
        offers_tools: bool,
    ) -> None:
        """`offers_tools`: models may draw and speak by themselves."""
        self._answers = answers
        self._reader = reader
        self._files = files
        self._images = images
        self._drawer = drawer
        self._speaker = speaker
        self._old_buttons = old_buttons
        self._observed = observed
        self._titles = titles
        self._offers_tools = offers_tools

    async def answer_message(self, context: EventContext) -> None:
        """Answer a message with all its files."""
        if context.outbox.capabilities.begins_at_once:
            await post_placeholder(context)
        conversation = await self._answers.load_context(context)
        question = await self._reader.read(context, conversation)
        tokens, limit = estimate_tokens(question.text), self._answers.max_question_tokens
        if not question.text:
            await context.reply("talk.empty")
        elif tokens > limit:
            await context.reply("talk.long", tokens=tokens, limit=limit)
        else:
            await self.answer(context, question, conversation)

    async def ask_ahead(self, context: EventContext) -> None:
        """Begin to ask for the answer to a message whose turn comes later.

        Raises `OwnershipLostError` where something would have to be shown first, and the errors of `answer_message`.
        """
        conversation = await self._answers.load_context(context)
        question = await self._reader.read(context, conversation)
        if question.text and estimate_tokens(question.text) <= self._answers.max_question_tokens:
            request = await self._make_request(context, question, conversation)
            await self._answers.ask_ahead(context, await self._complete(context, request))

    async def answer(
        self, context: EventContext, question: Question, conversation: ConversationContext, *, replaces: int = 0
    ) -> None:
        """Answer a question with all its pictures, in place of the newest `replaces` messages of the history."""
        await self._run(context, await self._make_request(context, question, conversation, replaces=replaces))

    async def _make_request(
        self, context: EventContext, question: Question, conversation: ConversationContext, *, replaces: int = 0
    ) -> AnswerRequest:
        asked = HistoryMessage("user", question.text, question.files)
        conversation = await self._reader.load_pictures(context, conversation, *(() if question.images else (asked,)))
        images = tuple(conversation.pictures[file] for file in question.files if file in conversation.pictures)
        if images and not question.images:
            question = replace(question, images=images)
        return AnswerRequest(question, conversation, self._pictures(context), replaces=replaces)

    async def answer_about(
        self, context: EventContext, question: Question, observed: Sequence[ObservedMessage], *, replaces: int = 0
    ) -> None:
        """Answer a question about messages that were not for the bot; `replaces` as for `answer`."""
        conversation = await self._answers.load_context(context)
        pictures = self._pictures(context)
        await self._run(context, AnswerRequest(question, conversation, pictures, replaces=replaces, observed=observed))

    async def answer_text(self, context: EventContext, question: Question) -> None:
        """Answer a question that is no message of the sender's, unless it is too long."""
        tokens, limit = estimate_tokens(question.text), self._answers.max_question_tokens
        if tokens > limit:
            await context.reply("talk.long", tokens=tokens, limit=limit)
        else:
            await self.answer_about(context, question, ())

    async def continue_last_answer(self, context: EventContext, conversation: ConversationContext) -> None:
        """Continue the newest answer of the history."""
        asked, answer = conversation.history[-2:]
        question = ask_to_continue(answer.content)
        await self._run(context, AnswerRequest(question, conversation, self._pictures(context), continues=asked))

    async def _run(self, context: EventContext, request: AnswerRequest) -> None:
        text = await self._answers.answer(context, await self._complete(context, request))
        is_standalone = context.outbox.capabilities.standalone
        if not request.conversation.history and not is_standalone:
            await self._titles.name_after(context, context.incoming.text or request.question.text)
        await post_answer_pictures(context, request.pictures, self._images)
        if not is_standalone:
            await self._speaker.speak_if_wanted(context, text, request.conversation.models)
            self._old_buttons.start_removal(context.memory, context.outbox)

    async def _complete(self, context: EventContext, request: AnswerRequest) -> AnswerRequest:
        """Add the tools, and what was said before the question."""
        has_tools = self._offers_tools and not context.outbox.capabilities.standalone
        tools = MediaTools(context, self._drawer, self._speaker) if has_tools else None
        observed = request.observed or await list_observed(context, self._observed)
        return replace(request, toolbox=tools, observed=observed)

    def _pictures(self, context: EventContext) -> AnswerPictures:
        return AnswerPictures(self._files, context.job, context.chat)
