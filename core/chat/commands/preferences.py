"""Setting the preferences of a chat."""

from __future__ import annotations

from typing import Literal

from core.chat.delivery.event_context import EventContext
from core.chat.text.user_error import UserFacingError
from core.store import Conversations, PreferenceName


class PreferenceWriter:
    """Sets what holds for everybody in a chat, for those who may."""

    def __init__(self, conversations: Conversations, who_may: Literal["everyone", "admins"]) -> None:
        """`who_may` is the setting `MODEL_CHANGE`."""
        self._conversations = conversations
        self._who_may = who_may

    async def set(self, context: EventContext, name: PreferenceName, value: str | None) -> None:
        """Set a preference of the chat, or clear it with None; raises what `require_permission` does."""
        await self.require_permission(context)
        await self._conversations.set_preference(context.chat, name, value)

    async def require_permission(self, context: EventContext) -> None:
        """Raise `UserFacingError` when only admins may set preferences here, and the sender is none."""
        everyone = self._who_may == "everyone" or context.incoming.direct
        if not everyone and not await context.outbox.sender_is_admin():
            raise UserFacingError("command_error.admins")
