"""Running the command that was given, or that a button or menu belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from core.access import KeyReader
from core.chat.actions.report_unreadable_parts import report_unread
from core.chat.delivery.button_data import PressedButton, parse_pressed_button
from core.chat.delivery.event_context import EventContext
from core.chat.events.choose_lane import get_background_lane, get_origin, parse_platform_name
from core.chat.port.forms import FORM_MENU
from core.chat.port.incoming import Choice
from core.chat.port.platform import Platform
from core.queue import Inbox

from .back_to_settings import TO_SETTINGS
from .command_and_button_permissions import CommandPermissions, may_press
from .command_fields import Command
from .command_list import find_command, nearest_command
from .handler_types import ButtonHandler, CommandHandler

_SETTINGS = "settings"
_REFUSALS = {
    "running": "command_error.asker",
    "newest": "command_error.asker",
    "conversation": "command_error.others_asked",
}
"""What is said to those who may not run a command, by `Command.concerns`."""


class CommandDispatcher:
    """Finds the handler of a command, button or menu and runs it, or queues a press for it."""

    def __init__(
        self,
        handlers: Mapping[str, CommandHandler],
        buttons: Mapping[str, ButtonHandler],
        platforms: Mapping[str, Platform],
        inbox: Inbox,
        permissions: CommandPermissions,
        button_keys: KeyReader,
    ) -> None:
        """`handlers` by the names of commands, `platforms` by the first part of their chat references.

        `buttons` by their names are those that belong to no command.
        """
        self._handlers = handlers
        self._buttons = {name: handler.button for name, handler in handlers.items() if handler.button} | dict(buttons)
        self._platforms = platforms
        self._inbox = inbox
        self._permissions = permissions
        self._button_keys = button_keys

    async def run_command(self, context: EventContext) -> None:
        """Run the command that was given, or say why it does not run here."""
        name = context.incoming.command
        command = find_command(name)
        if command is None:
            await _report_unknown_command(context, name)
        elif context.outbox.capabilities.standalone:
            await context.reply("inline.no_commands")
        elif context.is_outside_threads and _needs_thread(context, command):
            await context.reply("command_error.thread", name=name)
        elif not await self._permissions.may_run(context, command):
            await context.reply(_REFUSALS[command.concerns])
        else:
            if command.of_message:
                await report_unread(context)
            await self._handlers[name].run(context)

    async def handle_choice(self, context: EventContext, choice: Choice) -> None:
        """Handle a menu entry or a button; one that belongs to no command any more is old."""
        if choice.menu == FORM_MENU:  # its form was not opened while the platform waited
            await context.notify_presser("form.not_opened")
            return
        handler = self._handlers.get(_SETTINGS if choice.value == TO_SETTINGS else choice.menu)
        button = self._buttons.get(choice.menu)
        if handler is not None and handler.on_select is not None:
            await handler.on_select(context, choice.value)
        elif button is not None:
            await self._handle_button(context, button, choice.value)
        else:
            await context.notify_presser("button.over")

    async def _handle_button(self, context: EventContext, handler: ButtonHandler, value: str) -> None:
        """Check at once whose button was pressed by whom; the work waits in the lane where it belongs."""
        pressed = parse_pressed_button(value)
        if not context.job.lane_kind.is_fast:
            await handler.run(context, pressed.data, pressed.action)
        elif not await self._is_genuine(context, pressed):
            await context.notify_presser(_explain_foreign_button(context, pressed))
        elif not await may_press(context, pressed.data):
            await context.notify_presser("button.others")
        elif handler.refuse is not None and (reason := await handler.refuse(context, pressed.data)):
            await context.notify_presser(reason)
        elif handler.at_once:
            await handler.run(context, pressed.data, pressed.action)
        else:
            await self._enqueue_press(context, handler)

    async def _is_genuine(self, context: EventContext, pressed: PressedButton) -> bool:
        """Whether a button is ours; the key may have changed since it was read last."""
        return pressed.is_genuine(await self._button_keys.read(), context.incoming) or pressed.is_genuine(
            await self._button_keys.read(fresh=True), context.incoming
        )

    async def _enqueue_press(self, context: EventContext, handler: ButtonHandler) -> None:
        """Store a press in the lane where its work is done."""
        job, lane = context.job, get_background_lane(context.incoming.chat) if handler.in_background else context.chat
        if not handler.may_repeat and await self._is_waiting(context, lane):
            await context.notify_presser("button.coming")
            return
        result = await self._inbox.enqueue(lane, job.event_id, job.payload, get_origin(context.incoming))
        await context.notify_presser("talk.full" if result.is_refused else "button.coming")

    async def _is_waiting(self, context: EventContext, lane: str) -> bool:
        """Whether the same button was pressed before, and its work is not done yet."""
        read = self._platforms[parse_platform_name(lane)].read
        events = [read(payload) for payload in await self._inbox.list_waiting(lane)]
        return any(event is not None and event.choice == context.incoming.choice for event in events)


def _needs_thread(context: EventContext, command: Command) -> bool:
    """Whether a command concerns one conversation, and no thread tells which one."""
    return command.within_conversation and not (context.incoming.direct and command.of_direct_chat)


async def _report_unknown_command(context: EventContext, name: str) -> None:
    if not context.incoming.direct and not context.incoming.mentioned:
        return  # in a group it may be meant for another bot
    if similar := nearest_command(name):
        await context.reply("command_error.suggest", name=name, suggestion=similar)
    else:
        await context.reply("command_error.unknown", name=name)


def _explain_foreign_button(context: EventContext, pressed: PressedButton) -> str:
    """Return the key of the hint for a button that was not made for the conversation of its presser.

    Where questions stand alone, each belongs to its asker, and others who press see a button that still works.
    """
    is_others = not context.incoming.sender.may_use(pressed.data.owner_id)
    return "button.others" if is_others and context.outbox.capabilities.standalone else "button.over"
