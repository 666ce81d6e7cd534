"""`/new`, `/stop` and `/retry`: the course of a conversation."""

from __future__ import annotations

from .command import Call


async def anew(call: Call) -> None:
    await call.desk.conversations.forget(str(call.incoming.chat))
    await call.say("new.done")


async def stop(call: Call) -> None:
    stopped = await call.desk.inbox.stop(str(call.incoming.chat))
    await call.say("stop.done" if stopped else "stop.nothing")


async def again(call: Call) -> None:
    history = await call.desk.conversations.history(str(call.incoming.chat))
    if not history:
        await call.say("retry.nothing")
        return
    await call.desk.talk.answer(call.turn, call.incoming, call.outbox, history[-2].content, instead=2)
