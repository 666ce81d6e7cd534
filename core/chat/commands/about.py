"""`/start` and `/help`: what the bot is and can do."""

from __future__ import annotations

from contextlib import suppress

from core.wanjie import WanjieError

from .command import Call


async def hello(call: Call) -> None:
    await call.say("start.hello")


async def overview(call: Call) -> None:
    lines = [call.phrase("help.title")]
    for command in call.desk.commands:
        usage = f"{command.name} {call.phrase('usage.' + command.name)}" if command.argument else command.name
        lines.append(
            "- " + call.phrase("help.line", sign="/", usage=usage, description=call.phrase("command." + command.name))
        )
    if call.outbox.capabilities.threads:
        lines.append("\n" + call.phrase("help.threads"))
    with suppress(WanjieError):  # help is needed most when something is down
        if model := await call.desk.chosen.model(await call.choices(), "chat"):
            lines.append("\n" + call.phrase("help.model", model=model))
    await call.tell("\n".join(lines))
