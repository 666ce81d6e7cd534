"""`/start` and `/help`: what the bot is and can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from core.chat.answer.select_model_or_fallback import ModelSelector
from core.chat.delivery.event_context import EventContext
from core.wanjie import WanjieError

from .command_fields import Command, Group

_HEADINGS: Mapping[Group, str] = {
    "chat": "help.chat",
    "models": "help.models",
    "voice": "help.voice",
    "pictures": "help.pictures",
    "conversation": "help.conversation",
}


class AboutCommands:
    """Welcomes people and shows the help."""

    def __init__(self, models: ModelSelector, commands: Sequence[Command], *, can_transcribe: bool) -> None:
        """`can_transcribe`: the service understands voice messages."""
        self._models = models
        self._commands = commands
        self._can_transcribe = can_transcribe

    async def show_welcome(self, context: EventContext) -> None:
        await context.reply("start.hello")

    async def show_help(self, context: EventContext) -> None:
        """Show what can be sent and each command, with the sign that works here."""
        parts = [
            context.translate("help.title"),
            "\n".join(self._describe_input(context)),
            *_describe_groups(context, self._commands),
        ]
        if context.outbox.capabilities.threads_are_conversations and context.incoming.command_sign.startswith("/"):
            parts.append(context.translate("help.threads"))
        if context.outbox.capabilities.edits:
            parts.append(context.translate("help.edits"))
        if context.is_service_admin:
            parts.append(context.translate("help.admin"))
        with suppress(WanjieError):  # help is needed most when something is down
            models = await self._models.load(context.incoming.chat, context.models)
            if model := await models.find("chat"):
                parts.append(context.translate("help.model", model=model))
        await context.reply_text("\n\n".join(parts))

    def _describe_input(self, context: EventContext) -> Iterator[str]:
        """Yield what can be sent to this service."""
        yield context.translate("help.sending")
        if self._can_transcribe:
            yield context.translate("help.hearing")
        sign = "!" if context.outbox.capabilities.fixed_commands else context.incoming.command_sign
        yield context.translate("help.names", slash=sign)


def _describe_groups(context: EventContext, commands: Sequence[Command]) -> Iterator[str]:
    """Yield each group of commands under its heading."""
    for group, heading in _HEADINGS.items():
        members = [command for command in commands if command.group == group and _is_useful(context, command)]
        yield "\n".join([context.translate(heading), *(_describe_command(context, command) for command in members)])


def _is_useful(context: EventContext, command: Command) -> bool:
    """Whether a command that is for threads alone is asked about where there are any."""
    has_threads = context.outbox.capabilities.threads_are_conversations and not context.incoming.direct
    return has_threads or not command.typed_only


def _describe_command(context: EventContext, command: Command) -> str:
    # Outside the threads of a channel, a command of a conversation works only inside a thread, where the sign is `!`.
    needs_thread = command.within_conversation and not command.of_direct_chat
    sign = "!" if needs_thread and context.is_outside_threads else context.incoming.command_sign
    usage = " ".join(
        filter(None, (command.name, context.translate(f"usage.{command.name}") if command.argument else ""))
    )
    line = context.translate("help.line", of=sign + usage, description=context.translate(f"command.{command.name}"))
    if not command.argument:
        return f"- {line}"
    example = f"{sign}{command.name} {context.translate(f'example.{command.name}')}"
    return f"- {line}" + context.translate("help.example", example=example)
