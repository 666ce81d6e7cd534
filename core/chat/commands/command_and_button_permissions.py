"""Who may press a button, use a command that concerns everybody in a chat, and set the chat's preferences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from core.chat.delivery.button_data import ButtonData, parse_pressed_button
from core.chat.delivery.event_context import EventContext
from core.chat.events.choose_lane import get_background_lane, parse_platform_name
from core.chat.port.incoming import Incoming
from core.chat.port.platform import Platform
from core.chat.text.user_error import UserFacingError
from core.queue import Inbox
from core.store import Conversations

from .command_fields import Command

WhoMay: TypeAlias = Literal["everyone", "admins"]


async def may_press(context: EventContext, button_data: ButtonData) -> bool:
    """Whether the sender may press a button: it was made for them, or they are an admin here."""
    return context.incoming.sender.may_use(button_data.owner_id) or await context.is_admin()


async def require_preference_permission(context: EventContext, who_may: WhoMay) -> None:
    """Raise `UserFacingError` when only admins may set preferences here, and the sender is none.

    `who_may` is the setting `MODEL_CHANGE`; in a private chat its user may always set them.
    """
    if not await may_set_preferences(context, who_may):
        raise UserFacingError("command_error.admins")


async def may_set_preferences(context: EventContext, who_may: WhoMay) -> bool:
    """Whether the sender may set the preferences of this chat; `who_may` is the setting `MODEL_CHANGE`.

    Where that lets everybody, the admins of a group may keep it for themselves.
    """
    is_open = who_may == "everyone" and context.preferences.change != "admins"
    return is_open or context.incoming.direct or await context.is_admin()


class CommandPermissions:
    """Gives a command the same right as the buttons under answers: for who asked, and for admins."""

    def __init__(self, conversations: Conversations, inbox: Inbox, platforms: Mapping[str, Platform]) -> None:
        """`platforms` by the first part of their chat references."""
        self._conversations = conversations
        self._inbox = inbox
        self._platforms = platforms

    async def may_run(self, context: EventContext, command: Command) -> bool:
        """Whether the sender may run the command here; everybody may where it only shows what holds."""
        if not command.concerns or context.incoming.direct or (command.argument and not context.argument):
            return True
        if context.first_word in command.personal_words:
            return True
        askers = await self._list_askers(context, command)
        return all(context.incoming.sender.may_use(asker) for asker in askers) or await context.is_admin()

    async def _list_askers(self, context: EventContext, command: Command) -> set[str]:
        """List whose questions the command concerns, by `Sender.owner_id`; "" for questions of unknown origin."""
        if command.concerns == "running":
            lanes = (context.chat, get_background_lane(context.incoming.chat))
            return {asker for lane in lanes for asker in await self._list_running(lane)}
        history = await self._conversations.get_history(context.memory)
        askers = [message.asker for message in history if message.role == "user"]
        if command.concerns == "conversation":
            return set(askers)
        unanswered = await self._conversations.get_unanswered(context.memory)
        return {unanswered.asker} if unanswered is not None else set(askers[-1:])

    async def _list_running(self, lane: str) -> list[str]:
        platform = self._platforms[parse_platform_name(lane)]
        running = [platform.read(payload) for payload in (await self._inbox.list_waiting(lane))[:1]]
        return [_find_asker(incoming) for incoming in running if incoming is not None]


def _find_asker(incoming: Incoming) -> str:
    """Return whom the work on an event is for; a press that waits was checked before."""
    pressed = parse_pressed_button(incoming.choice.value).data.owner_id if incoming.choice else ""
    return pressed or incoming.sender.owner_id
