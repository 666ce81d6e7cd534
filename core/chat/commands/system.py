"""`/system`: what the model of a chat is told before everything else."""

from __future__ import annotations

from core.chat.context import Call

_LIMIT = 8_000
"""Characters; a few thousand tokens of every request."""
_OFF = frozenset({"off", "关闭", "关"})


async def instruct(call: Call) -> None:
    text = call.argument
    if not text:
        now = (await call.choices()).system
        await (call.say("system.now", text=now) if now else call.say("system.empty"))
    elif len(text) > _LIMIT:
        await call.say("system.long", length=len(text), limit=_LIMIT)
    elif call.typed.lower() in _OFF:
        await call.settle("system", None)
        await call.say("system.off")
    else:
        await call.settle("system", text)
        await call.say("system.set")
