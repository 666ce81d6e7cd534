"""`/system`: what the model of a chat is told before everything else."""

from __future__ import annotations

from core.chat.context import CommandContext

_LIMIT = 8_000
"""Characters; a few thousand tokens of every request."""
_OFF = frozenset({"off", "关闭", "关"})


async def set_system_prompt(context: CommandContext) -> None:
    text = context.argument
    if not text:
        now = (await context.preferences()).system
        await (context.reply("system.now", text=now) if now else context.reply("system.empty"))
    elif len(text) > _LIMIT:
        await context.reply("system.long", length=len(text), limit=_LIMIT)
    elif context.typed.lower() in _OFF:
        await context.set_preference("system", None)
        await context.reply("system.off")
    else:
        await context.set_preference("system", text)
        await context.reply("system.set")
