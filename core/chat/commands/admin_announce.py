"""`/admin announce`: admins tell every chat something, after they have seen how many there are."""

from __future__ import annotations

from collections.abc import Sequence

from core.chat.actions.send_announcements import MAX_LENGTH, Announcer
from core.chat.delivery.event_context import EventContext
from core.chat.port.menus import Menu, Option
from core.queue import event_tag

SEND, DISCARD = "announce", "discard"
"""What the values of the buttons begin with."""
_MENU = "admin"


class AnnounceCommand:
    """Asks before an announcement is sent, and sends it."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    async def ask(self, context: EventContext, words: Sequence[str]) -> None:
        """Show the announcement in the command's words, and ask whether to send it to so many chats."""
        text = context.argument.partition(context.argument.split()[0])[2].strip() if words else ""
        if not text:
            await context.reply("announce.usage")
        elif len(text) > MAX_LENGTH:
            await context.reply("announce.long", length=len(text), limit=MAX_LENGTH)
        else:
            tag = event_tag(context.job.event_id)
            count = await self._announcer.prepare(context, tag, text)
            await (self._show(context, tag, text, count) if count else context.reply("announce.nobody"))

    async def _show(self, context: EventContext, tag: str, text: str, count: int) -> None:
        options = (
            Option(context.translate_plainly("announce.send"), f"{SEND} {tag}"),
            Option(context.translate_plainly("announce.discard"), f"{DISCARD} {tag}"),
        )
        title = f"{text}\n\n" + context.translate("announce.ask", count=count)
        await context.show_menu(Menu(_MENU, title, options))

    async def press_send(self, context: EventContext, tag: str) -> None:
        """Let the announcement be sent beside the conversation; there, send it."""
        if not context.job.lane_kind.is_fast:
            await self._announcer.send(context, tag)
        elif (count := await self._announcer.start(context, tag)) is None:
            await context.notify_presser("announce.over")
        else:
            await context.show_menu(Menu(_MENU, context.translate("announce.started", count=count), ()))

    async def press_discard(self, context: EventContext, tag: str) -> None:
        """Forget the announcement."""
        await self._announcer.cancel(context, tag)
        await context.show_menu(Menu(_MENU, context.translate("announce.discarded"), ()))
