"""Who may press a button, and who may set the preferences of a chat."""

from __future__ import annotations

from typing import Literal, TypeAlias

from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.text.user_error import UserFacingError

WhoMay: TypeAlias = Literal["everyone", "admins"]


async def may_press(context: EventContext, button_data: ButtonData) -> bool:
    """Whether the sender may press a button: it was made for them, or they are an admin here."""
    return button_data.is_for(context.incoming.sender) or await context.outbox.sender_is_admin()


async def require_preference_permission(context: EventContext, who_may: WhoMay) -> None:
    """Raise `UserFacingError` when only admins may set preferences here, and the sender is none.

    `who_may` is the setting `MODEL_CHANGE`; in a private chat its user may always set them.
    """
    everyone = who_may == "everyone" or context.incoming.direct
    if not everyone and not await context.outbox.sender_is_admin():
        raise UserFacingError("command_error.admins")
