"""Setting a rule for everybody, for admins."""

from __future__ import annotations

from core.access import AccessRegister, RuleChange
from core.chat.delivery.event_context import EventContext

_REFUSALS = {RuleChange.FORBIDDEN: "admin.only", RuleChange.FULL: "admin.many_rules"}


async def set_rule(register: AccessRegister, context: EventContext, name: str, text: str) -> bool:
    """Set a rule, or remove it with "", in the sender's name; say so, and return False, when that was refused."""
    change = await register.set_rule(name, text, actor=context.incoming.access_person)
    if change in _REFUSALS:
        await context.reply(_REFUSALS[change])
    return change is RuleChange.DONE
