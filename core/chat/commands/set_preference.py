"""Setting the preferences of a chat."""

from __future__ import annotations

from core.chat.delivery.event_context import EventContext
from core.store import Conversations, PreferenceName

from .command_and_button_permissions import WhoMay, may_set_preferences, require_preference_permission


class PreferenceWriter:
    """Sets what holds for everybody in a chat, for those who may."""

    def __init__(self, conversations: Conversations, who_may: WhoMay) -> None:
        """`who_may` is the setting `MODEL_CHANGE`."""
        self._conversations = conversations
        self._who_may: WhoMay = who_may

    async def set(self, context: EventContext, name: PreferenceName, value: str | None) -> None:
        """Set a preference of the chat, or clear it with None; raises what `require_permission` does."""
        await self.require_permission(context)
        await self._conversations.set_preference(context.chat, name, value)

    async def set_for_admins(self, context: EventContext, name: PreferenceName, value: str | None) -> None:
        """Set what only admins decide in a group; raises `UserFacingError` when the sender is none."""
        await require_preference_permission(context, "admins")
        await self._conversations.set_preference(context.chat, name, value)

    @property
    def may_be_restricted(self) -> bool:
        """Whether the settings of the service leave it to a group who may set preferences there."""
        return self._who_may == "everyone"

    async def may_set(self, context: EventContext) -> bool:
        """Whether the sender may set preferences here."""
        return await may_set_preferences(context, self._who_may)

    async def require_permission(self, context: EventContext) -> None:
        """Raise what `require_preference_permission` does."""
        await require_preference_permission(context, self._who_may)
