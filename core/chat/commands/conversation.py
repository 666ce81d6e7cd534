"""`/new`, `/stop`, `/retry` and `/continue`: the course of a conversation."""

from __future__ import annotations

from core.chat.actions.answer_question import answer_question, continue_last_answer
from core.chat.answer.answer_service import ConversationContext
from core.chat.context import CommandContext
from core.chat.delivery.button_data import ButtonData
from core.chat.events.lanes import background_lane
from core.chat.question.question import Question
from core.queue import event_tag
from core.store import HistoryMessage


async def start_over(context: CommandContext) -> None:
    await context.services.conversations.clear_history(str(context.incoming.chat))
    await context.reply("new.done")
    context.remove_old_buttons()


async def stop(context: CommandContext) -> None:
    """Stop what the conversation is at, and what goes on beside it."""
    chat = context.incoming.chat
    stopped = [await context.services.inbox.request_stop(lane) for lane in (str(chat), background_lane(chat))]
    await context.reply("stop.done" if any(stopped) else "stop.nothing")


async def press_stop(context: CommandContext, value: str) -> None:
    """Stop the answer that the button stands under, and no other."""
    stamp, _ = ButtonData.parse(value)
    if not await context.may_press(stamp):
        await context.notify_presser("button.others")
    elif await context.services.inbox.request_stop(str(context.incoming.chat), tag=stamp.tag):
        await context.notify_presser("stop.done")
    else:
        await context.notify_presser("answer.ended")


async def retry(context: CommandContext) -> None:
    memory = await context.services.answers.load_context(context.incoming.chat)
    unanswered = await context.services.conversations.get_unanswered(str(context.incoming.chat))
    if unanswered is not None:
        await answer_question(context, _question(unanswered), memory)
    elif memory.history:
        await answer_question(context, _question(memory.history[-2]), memory, instead=2)
    else:
        await context.reply("retry.nothing")


async def press_retry(context: CommandContext, button_data: ButtonData, _: str) -> None:
    memory = await context.services.answers.load_context(context.incoming.chat)
    unanswered = await context.services.conversations.get_unanswered(str(context.incoming.chat))
    if unanswered is not None and event_tag(unanswered.uid) == button_data.tag:
        await answer_question(context, _question(unanswered), memory)
    elif len(memory.history) > 1 and await _is_newest(context, button_data, memory):
        await answer_question(context, _question(memory.history[-2]), memory, instead=2)
    else:
        await context.reply("answer.old")


async def continue_answer(context: CommandContext) -> None:
    memory = await context.services.answers.load_context(context.incoming.chat)
    if await context.services.conversations.get_unanswered(str(context.incoming.chat)) is not None:
        await context.reply("continue.unanswered")
    elif memory.history:
        await continue_last_answer(context, memory)
    else:
        await context.reply("continue.nothing")


async def press_continue(context: CommandContext, button_data: ButtonData, _: str) -> None:
    memory = await context.services.answers.load_context(context.incoming.chat)
    if memory.history and await _is_newest(context, button_data, memory):
        await continue_last_answer(context, memory)
    else:
        await context.reply("answer.old")


async def old_answer_error(context: CommandContext, button_data: ButtonData) -> str | None:
    """Tell at once that only the newest answer can be written again or continued.

    An answer that is not in the history may just have been shown and be about to get there; its turn will tell.
    """
    history = await context.services.conversations.get_history(str(context.incoming.chat))
    older = [event_tag(message.uid) for message in history[:-1] if message.uid]
    if button_data.tag not in older:
        return None
    context.remove_old_buttons()
    return "answer.old"


def _question(asked: HistoryMessage) -> Question:
    return Question(asked.content, files=asked.files, event=asked.event or asked.uid)


async def _is_newest(context: CommandContext, button_data: ButtonData, conversation: ConversationContext) -> bool:
    """Whether the stamp's answer is the last one, or was until this very turn replaced it before it was run again."""
    newest = await context.services.conversations.get_newest_uid(str(context.incoming.chat))
    withdrawn = conversation.history[-1].uid not in {"", newest}  # its question was deleted
    return (event_tag(newest) == button_data.tag and not withdrawn) or newest == context.job.event_id
