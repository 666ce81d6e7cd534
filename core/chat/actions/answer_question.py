"""A question answered: the model's words, its pictures and, where the chat wishes it, its voice."""

from __future__ import annotations

from dataclasses import replace

from core.chat.actions.media_tools import Tools
from core.chat.actions.post_answer_pictures import post_answer_pictures
from core.chat.answer.answer_pictures import AnswerPictures
from core.chat.answer.answer_service import AnswerRequest, ConversationContext
from core.chat.context import CommandContext
from core.chat.delivery.cancellation import run_cancellable
from core.chat.question.question import Question
from core.store import HistoryMessage

from .speak_text import speak_if_wanted

_GO_ON = (
    "Your last answer was cut off by its length limit. Continue it exactly where it ends, in the same language and "
    "format, without repeating or announcing anything. These are its last words:\n\n"
)

_TAIL = 1_000
"""Characters of the answer that stand in the request once more: the history may have no room for all of it."""


async def answer_question(
    context: CommandContext, question: Question, conversation: ConversationContext, *, instead: int = 0
) -> None:
    """Answer a question with all its pictures, in place of the newest `instead` messages of the history."""
    asked = HistoryMessage("user", question.text, question.files)
    conversation = await _with_pictures(context, conversation, *(() if question.images else (asked,)))
    seen = tuple(conversation.pictures[file] for file in question.files if file in conversation.pictures)
    await _run(
        context,
        AnswerRequest(
            replace(question, images=question.images or seen), conversation, _pictures(context), replaces=instead
        ),
    )


async def continue_last_answer(context: CommandContext, conversation: ConversationContext) -> None:
    tail = conversation.history[-1].content[-_TAIL:]
    await _run(
        context,
        AnswerRequest(Question(_GO_ON + tail), conversation, _pictures(context), continues=conversation.history[-2]),
    )


async def _run(context: CommandContext, request: AnswerRequest) -> None:
    """Have it answered, by tools as well where those are wanted, and spoken where the chat wishes it."""
    toolbox = Tools(context) if context.services.policy.image_tool == "on" else None
    text = await context.services.answers.answer(
        context.job, context.incoming, context.outbox, replace(request, toolbox=toolbox)
    )
    await post_answer_pictures(context, request.pictures)
    await speak_if_wanted(context, text)
    context.remove_old_buttons()


def _pictures(context: CommandContext) -> AnswerPictures:
    return AnswerPictures(context.services.answer_files, context.job, str(context.incoming.chat))


async def _with_pictures(
    context: CommandContext, conversation: ConversationContext, *more: HistoryMessage
) -> ConversationContext:
    """Fetch the pictures of the history and of `more`, for a model that sees; an answer that is whole needs none."""
    if "text" in context.job.state:
        return conversation
    model = await context.services.models.model_for(conversation.preferences, "chat")
    looking = context.services.questions.load_pictures([*conversation.history, *more], context.outbox, model)
    return replace(conversation, pictures=await run_cancellable(context.job, looking))
