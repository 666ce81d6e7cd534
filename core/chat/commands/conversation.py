"""`/new`, `/stop`, `/retry` and `/continue`: the course of a conversation."""

from __future__ import annotations

from dataclasses import replace

from core.chat.lanes import aside_lane
from core.chat.question import Question
from core.chat.stamp import Stamp
from core.chat.talk import Ask, Memory
from core.engine import tag_of
from core.store import Remembered

from .command import Call
from .speak import reply_aloud

_GO_ON = (
    "Your last answer was cut off by its length limit. Continue it exactly where it ends, in the same language and "
    "format, without repeating or announcing anything."
)


async def anew(call: Call) -> None:
    await call.desk.conversations.forget(str(call.incoming.chat))
    await call.say("new.done")


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
        await _answer(call, unanswered, memory, instead=0)
    elif memory.history:
        await _answer(call, memory.history[-2], memory, instead=2)
    else:
        await call.say("retry.nothing")


async def press_again(call: Call, stamp: Stamp, _: str) -> None:
    memory = await call.desk.talk.recall(call.incoming.chat)
    if len(memory.history) > 1 and await _is_newest(call, stamp):
        await _answer(call, memory.history[-2], memory, instead=2)
    else:
        await call.say("answer.old")


async def go_on(call: Call) -> None:
    memory = await call.desk.talk.recall(call.incoming.chat)
    if memory.history:
        await _go_on(call, memory)
    else:
        await call.say("continue.nothing")


async def press_go_on(call: Call, stamp: Stamp, _: str) -> None:
    memory = await call.desk.talk.recall(call.incoming.chat)
    if memory.history and await _is_newest(call, stamp):
        await _go_on(call, memory)
    else:
        await call.say("answer.old")


async def refuse_old(call: Call, stamp: Stamp) -> str | None:
    """Tell at once that only the newest answer can be written again or continued.

    An answer that is not in the history may just have been shown and be about to get there; its turn will tell.
    """
    history = await call.desk.conversations.history(str(call.incoming.chat))
    older = [tag_of(message.uid) for message in history[:-1] if message.uid]
    return "answer.old" if stamp.tag in older else None


async def _answer(call: Call, asked: Remembered, memory: Memory, *, instead: int) -> None:
    pictures = await call.desk.reading.pictures(
        [*memory.history, asked], call.outbox, await call.desk.talk.model_of(call.incoming.chat)
    )
    images = tuple(pictures[file] for file in asked.files if file in pictures)
    memory = replace(memory, pictures=pictures)
    ask = Ask(Question(asked.content, images, asked.files), memory, instead=instead)
    text = await call.desk.talk.answer(call.turn, call.incoming, call.outbox, ask)
    await reply_aloud(call, text)


async def _go_on(call: Call, memory: Memory) -> None:
    ask = Ask(Question(_GO_ON), memory, continues=memory.history[-2])
    await reply_aloud(call, await call.desk.talk.answer(call.turn, call.incoming, call.outbox, ask))


async def _is_newest(call: Call, stamp: Stamp) -> bool:
    """Whether the stamp's answer is the last one, or was until this very turn replaced it before it was run again."""
    newest = await call.desk.conversations.newest(str(call.incoming.chat))
    return tag_of(newest) == stamp.tag or newest == call.turn.event_id
