"""`/new`, `/stop`, `/retry` and `/continue`: the course of a conversation."""

from __future__ import annotations

from core.chat.actions.answer_question import answer, continue_last_answer
from core.chat.answer.answer_service import Memory
from core.chat.context import Call
from core.chat.delivery.button_data import Stamp
from core.chat.events.lanes import aside_lane
from core.chat.question.question import Question
from core.queue import tag_of
from core.store import Remembered


async def anew(call: Call) -> None:
    await call.desk.conversations.forget(str(call.incoming.chat))
    await call.say("new.done")
    call.remove_old_buttons()


async def stop(call: Call) -> None:
    """Stop what the conversation is at, and what goes on beside it."""
    chat = call.incoming.chat
    stopped = [await call.desk.inbox.stop(lane) for lane in (str(chat), aside_lane(chat))]
    await call.say("stop.done" if any(stopped) else "stop.nothing")


async def press_stop(call: Call, value: str) -> None:
    """Stop the answer that the button stands under, and no other."""
    stamp, _ = Stamp.read(value)
    if not await call.may_press(stamp):
        await call.hint("button.others")
    elif await call.desk.inbox.stop(str(call.incoming.chat), tag=stamp.tag):
        await call.hint("stop.done")
    else:
        await call.hint("answer.ended")


async def again(call: Call) -> None:
    memory = await call.desk.talk.recall(call.incoming.chat)
    unanswered = await call.desk.conversations.unanswered(str(call.incoming.chat))
    if unanswered is not None:
        await answer(call, _question(unanswered), memory)
    elif memory.history:
        await answer(call, _question(memory.history[-2]), memory, instead=2)
    else:
        await call.say("retry.nothing")


async def press_again(call: Call, stamp: Stamp, _: str) -> None:
    memory = await call.desk.talk.recall(call.incoming.chat)
    unanswered = await call.desk.conversations.unanswered(str(call.incoming.chat))
    if unanswered is not None and tag_of(unanswered.uid) == stamp.tag:
        await answer(call, _question(unanswered), memory)
    elif len(memory.history) > 1 and await _is_newest(call, stamp, memory):
        await answer(call, _question(memory.history[-2]), memory, instead=2)
    else:
        await call.say("answer.old")


async def go_on(call: Call) -> None:
    memory = await call.desk.talk.recall(call.incoming.chat)
    if await call.desk.conversations.unanswered(str(call.incoming.chat)) is not None:
        await call.say("continue.unanswered")
    elif memory.history:
        await continue_last_answer(call, memory)
    else:
        await call.say("continue.nothing")


async def press_go_on(call: Call, stamp: Stamp, _: str) -> None:
    memory = await call.desk.talk.recall(call.incoming.chat)
    if memory.history and await _is_newest(call, stamp, memory):
        await continue_last_answer(call, memory)
    else:
        await call.say("answer.old")


async def refuse_old(call: Call, stamp: Stamp) -> str | None:
    """Tell at once that only the newest answer can be written again or continued.

    An answer that is not in the history may just have been shown and be about to get there; its turn will tell.
    """
    history = await call.desk.conversations.history(str(call.incoming.chat))
    older = [tag_of(message.uid) for message in history[:-1] if message.uid]
    if stamp.tag not in older:
        return None
    call.remove_old_buttons()
    return "answer.old"


def _question(asked: Remembered) -> Question:
    return Question(asked.content, files=asked.files, event=asked.event or asked.uid)


async def _is_newest(call: Call, stamp: Stamp, memory: Memory) -> bool:
    """Whether the stamp's answer is the last one, or was until this very turn replaced it before it was run again."""
    newest = await call.desk.conversations.newest(str(call.incoming.chat))
    withdrawn = memory.history[-1].uid not in {"", newest}  # its question was deleted
    return (tag_of(newest) == stamp.tag and not withdrawn) or newest == call.turn.event_id
