"""`/new`, `/stop` and `/retry`: the course of a conversation."""

from __future__ import annotations

from core.chat.stamp import Stamp

from .command import Call


async def anew(call: Call) -> None:
    await call.desk.conversations.forget(str(call.incoming.chat))
    await call.say("new.done")


async def stop(call: Call) -> None:
    stopped = await call.desk.inbox.stop(str(call.incoming.chat))
    await call.say("stop.done" if stopped else "stop.nothing")


async def again(call: Call) -> None:
    memory = await call.desk.talk.recall(call.incoming.chat)
    unanswered = await call.desk.conversations.unanswered(str(call.incoming.chat))
    if unanswered is not None:
        await call.desk.talk.answer(call.turn, call.incoming, call.outbox, unanswered, memory)
    elif memory.history:
        question = memory.history[-2].content
        await call.desk.talk.answer(call.turn, call.incoming, call.outbox, question, memory, instead=2)
    else:
        await call.say("retry.nothing")


async def go_on(call: Call) -> None:
    raise NotImplementedError


async def press_again(call: Call, stamp: Stamp, rest: str) -> None:
    raise NotImplementedError


async def press_go_on(call: Call, stamp: Stamp, rest: str) -> None:
    raise NotImplementedError


async def press_stop(call: Call, value: str) -> None:
    raise NotImplementedError
