"""`/admin owner`: the owner hands the bot over to somebody else, after a confirmation."""

from __future__ import annotations

from collections.abc import Sequence

from core.access import AccessRegister, HandoverResult
from core.chat.delivery.event_context import EventContext
from core.chat.port.menus import Menu, Option

HAND_OVER, KEEP = "owner", "keep"
"""What the values of the buttons begin with."""
_MENU = "admin"
_MAX_ID_BYTES = 40
"""Of a button's value, beside its verb."""
_ANSWERS = {
    HandoverResult.DONE: "admin.owner_done",
    HandoverResult.FORBIDDEN: "admin.owner_only",
    HandoverResult.UNKNOWN: "admin.owner_unknown",
}


class OwnerCommand:
    """Asks before the bot is handed over, and hands it over."""

    def __init__(self, register: AccessRegister) -> None:
        self._register = register

    async def ask(self, context: EventContext, words: Sequence[str]) -> None:
        """Ask whether the person in the command's words shall own the bot."""
        person = words[0] if words else ""
        record = await self._register.get_person(person) if person else None
        if context.role != "owner":
            await context.reply("admin.owner_only")
        elif record is None or record.state not in {"admin", "member"} or len(person.encode()) > _MAX_ID_BYTES:
            await context.reply("admin.owner_unknown")
        else:
            title = context.translate("admin.owner_ask", name=record.name or person, id=person)
            options = (
                Option(context.translate_plainly("admin.owner_yes"), f"{HAND_OVER} {person}"),
                Option(context.translate_plainly("admin.owner_no"), KEEP),
            )
            await context.show_menu(Menu(_MENU, title, options))

    async def press_hand_over(self, context: EventContext, person: str) -> None:
        """Hand the bot over, if whoever pressed still owns it."""
        result = await self._register.hand_over(person, actor=context.incoming.access_person)
        await context.show_menu(Menu(_MENU, context.translate(_ANSWERS[result], id=person), ()))

    async def press_keep(self, context: EventContext, _: str) -> None:
        """Leave everything as it is."""
        await context.show_menu(Menu(_MENU, context.translate("admin.owner_kept"), ()))
