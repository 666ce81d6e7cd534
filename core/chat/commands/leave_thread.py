"""`!leave`: the bot is quiet in a thread until somebody names it again."""

from __future__ import annotations

from core.chat.delivery.event_context import EventContext


async def leave_thread(context: EventContext) -> None:
    """Confirm it: the receiver has noted it with the message, so what was said since is not for the bot."""
    incoming = context.incoming
    if context.outbox.capabilities.threads_are_conversations and not incoming.direct:
        await context.reply("leave.done")
    elif incoming.direct or incoming.mentioned:  # else it may be meant for another bot
        await context.reply("leave.elsewhere")
