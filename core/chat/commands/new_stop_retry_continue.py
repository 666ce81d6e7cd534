"""`/new`, `/stop`, `/retry` and `/continue`: the course of a conversation."""

from __future__ import annotations

from dataclasses import replace

from core.chat.actions.answer_question import QuestionAnswerer
from core.chat.answer.answer_request import ConversationContext
from core.chat.answer.answer_with_history import AnswerService
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.remove_old_buttons import OldButtons
from core.chat.events.choose_lane import get_background_lane
from core.chat.question.question import Question
from core.queue import Inbox, event_tag
from core.store import Conversations, HistoryMessage

from .summarize import SummarizeCommand


class ConversationCommands:
    """Starts a conversation again, stops what runs in it, and asks once more."""

    def __init__(
        self,
        conversations: Conversations,
        inbox: Inbox,
        answers: AnswerService,
        answerer: QuestionAnswerer,
        old_buttons: OldButtons,
        summaries: SummarizeCommand,
    ) -> None:
        self._conversations = conversations
        self._inbox = inbox
        self._answers = answers
        self._answerer = answerer
        self._old_buttons = old_buttons
        self._summaries = summaries

    async def start_over(self, context: EventContext) -> None:
        """Forget the conversation; what stands behind the command is the first question of the next one."""
        await self._conversations.clear_history(context.memory)
        if context.argument:
            await self._answerer.answer_message(replace(context, history=None))
        else:
            await context.reply("new.done")
            self._old_buttons.start_removal(context.memory, context.outbox)

    async def stop(self, context: EventContext) -> None:
        """Stop what runs in the conversation, and what runs beside it."""
        lanes = (context.chat, get_background_lane(context.incoming.chat))
        stopped = [await self._inbox.request_stop(lane) for lane in lanes]
        if context.incoming.silent:
            await context.outbox.confirm_stop()
        else:
            await context.reply("stop.done" if any(stopped) else "stop.nothing")

    async def press_stop(self, context: EventContext, button_data: ButtonData, _: str) -> None:
        """Stop the answer above the button, and no other."""
        stopped = [await self._inbox.request_stop(str(chat), tag=button_data.tag) for chat in context.incoming.places]
        if any(stopped):
            await context.notify_presser("stop.done")
        else:
            await context.notify_presser("answer.ended")

    async def retry(self, context: EventContext) -> None:
        conversation = await self._answers.load_context(context)
        unanswered = await self._conversations.get_unanswered(context.memory)
        if unanswered is not None:
            await self._answer(context, _question_of(unanswered), conversation)
        elif conversation.history:
            await self._answer_again(context, conversation)
        else:
            await context.reply("retry.nothing")

    async def press_retry(self, context: EventContext, button_data: ButtonData, _: str) -> None:
        conversation = await self._answers.load_context(context)
        unanswered = await self._conversations.get_unanswered(context.memory)
        if unanswered is not None and event_tag(unanswered.uid) == button_data.tag:
            await self._answer(context, _question_of(unanswered), conversation)
        elif len(conversation.history) > 1 and await self._is_newest(context, button_data, conversation):
            await self._answer_again(context, conversation)
        else:
            await context.reply("answer.old")

    async def continue_answer(self, context: EventContext) -> None:
        conversation = await self._answers.load_context(context)
        if await self._conversations.get_unanswered(context.memory) is not None:
            await context.reply("continue.unanswered")
        elif conversation.history:
            await self._answerer.continue_last_answer(context, conversation)
        else:
            await context.reply("continue.nothing")

    async def press_continue(self, context: EventContext, button_data: ButtonData, _: str) -> None:
        conversation = await self._answers.load_context(context)
        if conversation.history and await self._is_newest(context, button_data, conversation):
            await self._answerer.continue_last_answer(context, conversation)
        else:
            await context.reply("answer.old")

    async def refuse_old_answer(self, context: EventContext, button_data: ButtonData) -> str | None:
        """Refuse the buttons of an answer that is not the newest: only that one can be written again or continued.

        An answer that is not in the history may just have been shown and be about to be saved; its job decides then.
        """
        history = await self._conversations.get_history(context.memory)
        older = [event_tag(message.uid) for message in history[:-1] if message.uid]
        if button_data.tag not in older:
            return None
        self._old_buttons.start_removal(context.memory, context.outbox)
        return "answer.old"

    async def _answer_again(self, context: EventContext, conversation: ConversationContext) -> None:
        """Write the newest answer again."""
        await self._answer(context, _question_of(conversation.history[-2]), conversation, replaces=2)

    async def _answer(
        self, context: EventContext, question: Question, conversation: ConversationContext, *, replaces: int = 0
    ) -> None:
        """Answer a question; a summary needs what it is about, which the history does not keep."""
        if not await self._summaries.summarize_again(context, question, replaces=replaces):
            await self._answerer.answer(context, question, conversation, replaces=replaces)

    async def _is_newest(
        self, context: EventContext, button_data: ButtonData, conversation: ConversationContext
    ) -> bool:
        """Whether a button belongs to the newest answer, or did before this very job replaced it and was run again."""
        newest = await self._conversations.get_newest_uid(context.memory)
        was_withdrawn = conversation.history[-1].uid not in {"", newest}  # its question was deleted
        return (event_tag(newest) == button_data.tag and not was_withdrawn) or newest == context.job.event_id


def _question_of(message: HistoryMessage) -> Question:
    return Question(message.content, files=message.files, event=message.event or message.uid, asker=message.asker)
