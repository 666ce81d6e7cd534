"""`/pair`: the first admin claims a bot that nobody owns."""

from __future__ import annotations

from core.access import AccessRegister, ClaimResult, Claims, PersonRecord
from core.chat.delivery.event_context import EventContext

_ANSWERS = {
    ClaimResult.CLAIMED: "pair.done",
    ClaimResult.WRONG: "pair.wrong",
    ClaimResult.EXHAUSTED: "pair.exhausted",
    ClaimResult.OWNED: "pair.owned",
}


class PairCommand:
    """Takes the code that the service has printed."""

    def __init__(self, claims: Claims, register: AccessRegister) -> None:
        self._claims = claims
        self._register = register

    async def pair(self, context: EventContext) -> None:
        """Make the sender the owner; only in private, where nobody else can read the code."""
        code, sender = context.half_width_argument, context.incoming.sender
        if not context.incoming.direct:
            await context.reply("pair.direct")
        elif not code:
            await context.reply("pair.usage")
        else:
            record = PersonRecord("owner", sender.name, context.incoming.access_chat, sender.locale)
            result = await self._claims.claim(code, context.incoming.access_person, record)
            self._register.forget_cached()
            await context.reply(_ANSWERS[result])
