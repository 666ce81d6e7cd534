"""`/start` and `/help`: what the bot is and can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from core.chat.context import CommandContext
from core.wanjie import WanjieError

from .declaration import Command, Group

_HEADINGS: Mapping[Group, str] = {
    "chat": "help.chat",
    "models": "help.models",
    "voice": "help.voice",
    "pictures": "help.pictures",
    "conversation": "help.conversation",
}


async def show_welcome(context: CommandContext) -> None:
    await context.reply("start.hello")


async def show_help(context: CommandContext, commands: Sequence[Command]) -> None:
    """Show what can be sent and each of `commands`, with its sign as it works here."""
    parts = [context.translate("help.title"), "\n".join(_asking(context)), *_groups(context, commands)]
    if context.outbox.capabilities.threads_are_conversations and context.incoming.command_sign == "/":
        parts.append(context.translate("help.threads"))
    if context.outbox.capabilities.edits:
        parts.append(context.translate("help.edits"))
    with suppress(WanjieError):  # help is needed most when something is down
        if model := await context.services.models.model_for(await context.preferences(), "chat"):
            parts.append(context.translate("help.model", model=model))
    await context.reply_text("\n\n".join(parts))


def _asking(context: CommandContext) -> Iterator[str]:
    """How to ask; of what only some services understand, what this one does."""
    yield context.translate("help.sending")
    if context.services.questions.hears:
        yield context.translate("help.hearing")
    yield context.translate(
        "help.names", slash="!" if context.outbox.capabilities.fixed_commands else context.incoming.command_sign
    )


def _groups(context: CommandContext, commands: Sequence[Command]) -> Iterator[str]:
    """Each group of commands under its heading."""
    for group, heading in _HEADINGS.items():
        members = [command for command in commands if command.group == group]
        yield "\n".join([context.translate(heading), *(_line(context, command) for command in members)])


def _line(context: CommandContext, command: Command) -> str:
    sign = _sign(context, command)
    usage = " ".join(
        filter(None, (command.name, context.translate(f"usage.{command.name}") if command.argument else ""))
    )
    line = context.translate("help.line", of=sign + usage, description=context.translate(f"command.{command.name}"))
    if not command.argument:
        return f"- {line}"
    example = f"{sign}{command.name} {context.translate(f'example.{command.name}')}"
    return f"- {line}" + context.translate("help.example", example=example)


def _sign(context: CommandContext, command: Command) -> str:
    """What it begins with where it works: beside the threads of a channel there is no conversation to begin anew."""
    beside = context.outbox.capabilities.threads_are_conversations and not (
        context.incoming.direct or context.incoming.chat.thread
    )
    return "!" if beside and command.within_conversation else context.incoming.command_sign
