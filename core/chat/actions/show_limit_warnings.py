"""Warnings that little is left of a limit."""

from __future__ import annotations

from core.chat.checkpoint_fields import LIMIT_WARNING
from core.chat.delivery.event_context import EventContext
from core.chat.text.limit_sentences import WARNING_KEYS, describe_limit
from core.usage import WARNING_PERCENT


async def warn_of_limits(context: EventContext) -> None:
    """Say of which limits little is left, below the answer or the apology: what broke off has been used, too."""
    if not context.payer.warnings:
        return
    warnings = [
        context.translate(WARNING_KEYS[warning.limit.subject], percent=WARNING_PERCENT, **describe_limit(warning))
        for warning in context.payer.warnings
    ]
    await context.reply_text("\n".join(warnings), fields=LIMIT_WARNING)
