"""`/new`, `/stop`, `/retry` and `/continue`: the course of a conversation."""

from __future__ import annotations

from dataclasses import replace

from core.chat.actions.media_tools import Tools
from core.chat.actions.post_answer_pictures import post_answer_pictures
from core.chat.answer.answer_pictures import AnswerPictures
from core.chat.answer.answer_service import Ask, Memory
from core.chat.delivery.activity import unless_stopped
from core.chat.delivery.button_data import Stamp
from core.chat.events.lanes import aside_lane
from core.chat.question.question import Question
from core.queue import tag_of
from core.store import Remembered

from .declaration import Call
from .speak import reply_aloud

_GO_ON = (
    "Your last answer was cut off by its length limit. Continue it exactly where it ends, in the same language and "
    "format, without repeating or announcing anything. These are its last words:\n\n"
)
_TAIL = 1_000
"""Characters of the answer that stand in the request once more: the history may have no room for all of it."""


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
        await _go_on(call, memory)
    else:
        await call.say("continue.nothing")


async def press_go_on(call: Call, stamp: Stamp, _: str) -> None:
    memory = await call.desk.talk.recall(call.incoming.chat)
    if memory.history and await _is_newest(call, stamp, memory):
        await _go_on(call, memory)
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


async def answer(call: Call, question: Question, memory: Memory, *, instead: int = 0) -> None:
    """Answer a question with all its pictures, in place of the newest `instead` messages of the history."""
    asked = Remembered("user", question.text, question.files)
    memory = await _with_pictures(call, memory, *(() if question.images else (asked,)))
    seen = tuple(memory.pictures[file] for file in question.files if file in memory.pictures)
    await _run(call, Ask(replace(question, images=question.images or seen), memory, _pictures(call), instead=instead))


async def _go_on(call: Call, memory: Memory) -> None:
    tail = memory.history[-1].content[-_TAIL:]
    await _run(call, Ask(Question(_GO_ON + tail), memory, _pictures(call), continues=memory.history[-2]))


async def _run(call: Call, ask: Ask) -> None:
    """Have it answered, by tools as well where those are wanted, and spoken where the chat wishes it."""
    toolbox = Tools(call) if call.desk.policy.image_tool == "on" else None
    text = await call.desk.talk.answer(call.turn, call.incoming, call.outbox, replace(ask, toolbox=toolbox))
    await post_answer_pictures(call, ask.pictures)
    await reply_aloud(call, text)
    call.remove_old_buttons()


def _pictures(call: Call) -> AnswerPictures:
    return AnswerPictures(call.desk.answer_files, call.turn, str(call.incoming.chat))


async def _with_pictures(call: Call, memory: Memory, *more: Remembered) -> Memory:
    """Fetch the pictures of the history and of `more`, for a model that sees; an answer that is whole needs none."""
    if "text" in call.turn.state:
        return memory
    model = await call.desk.chosen.model(memory.choices, "chat")
    looking = call.desk.reading.pictures([*memory.history, *more], call.outbox, model)
    return replace(memory, pictures=await unless_stopped(call.turn, looking))


def _question(asked: Remembered) -> Question:
    return Question(asked.content, files=asked.files, event=asked.event or asked.uid)


async def _is_newest(call: Call, stamp: Stamp, memory: Memory) -> bool:
    """Whether the stamp's answer is the last one, or was until this very turn replaced it before it was run again."""
    newest = await call.desk.conversations.newest(str(call.incoming.chat))
    withdrawn = memory.history[-1].uid not in {"", newest}  # its question was deleted
    return (tag_of(newest) == stamp.tag and not withdrawn) or newest == call.turn.event_id
