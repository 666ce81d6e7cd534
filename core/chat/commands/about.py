"""`/start` and `/help`: what the bot is and can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from core.chat.context import Call
from core.wanjie import WanjieError

from .declaration import Command, Group

_HEADINGS: Mapping[Group, str] = {
    "chat": "help.chat",
    "models": "help.models",
    "voice": "help.voice",
    "pictures": "help.pictures",
    "conversation": "help.conversation",
}


async def hello(call: Call) -> None:
    await call.say("start.hello")


async def overview(call: Call, commands: Sequence[Command]) -> None:
    """Show what can be sent and each of `commands`, with its sign as it works here."""
    parts = [call.phrase("help.title"), "\n".join(_asking(call)), *_groups(call, commands)]
    if call.outbox.capabilities.threads and call.incoming.command_sign == "/":
        parts.append(call.phrase("help.threads"))
    if call.outbox.capabilities.edits:
        parts.append(call.phrase("help.edits"))
    with suppress(WanjieError):  # help is needed most when something is down
        if model := await call.desk.chosen.model(await call.choices(), "chat"):
            parts.append(call.phrase("help.model", model=model))
    await call.tell("\n\n".join(parts))


def _asking(call: Call) -> Iterator[str]:
    """How to ask; of what only some services understand, what this one does."""
    yield call.phrase("help.sending")
    if call.desk.reading.hears:
        yield call.phrase("help.hearing")
    yield call.phrase(
        "help.names", slash="!" if call.outbox.capabilities.fixed_commands else call.incoming.command_sign
    )


def _groups(call: Call, commands: Sequence[Command]) -> Iterator[str]:
    """Each group of commands under its heading."""
    for group, heading in _HEADINGS.items():
        members = [command for command in commands if command.group == group]
        yield "\n".join([call.phrase(heading), *(_line(call, command) for command in members)])


def _line(call: Call, command: Command) -> str:
    sign = _sign(call, command)
    usage = " ".join(filter(None, (command.name, call.phrase(f"usage.{command.name}") if command.argument else "")))
    line = call.phrase("help.line", of=sign + usage, description=call.phrase(f"command.{command.name}"))
    if not command.argument:
        return f"- {line}"
    example = f"{sign}{command.name} {call.phrase(f'example.{command.name}')}"
    return f"- {line}" + call.phrase("help.example", example=example)


def _sign(call: Call, command: Command) -> str:
    """What it begins with where it works: beside the threads of a channel there is no conversation to begin anew."""
    beside = call.outbox.capabilities.threads and not (call.incoming.direct or call.incoming.chat.thread)
    return "!" if beside and command.within_conversation else call.incoming.command_sign
