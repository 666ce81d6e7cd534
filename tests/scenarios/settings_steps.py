"""How people go through the menus of `/settings`."""

from __future__ import annotations

from contextlib import suppress

from bots.sandbox.persona import Persona

_MAX_PRESSES = 5


async def picks(persona: Persona, label: str, *shown: str) -> None:
    """Pick an entry, and wait for a menu with entries that begin so.

    Nobody presses as fast as a test, so a press may be dropped (`PressLimit`): it is repeated, as a person would.
    """
    await persona.until(lambda: any(label in choice for choice in persona.choices()))
    for _ in range(_MAX_PRESSES):
        if any(label in choice for choice in persona.choices()):
            await persona.choose(label)
        with suppress(TimeoutError):
            await offers(persona, *shown, seconds=3)
            return
    await offers(persona, *shown)


async def offers(persona: Persona, *shown: str, seconds: float = 20.0) -> None:
    await persona.until(
        lambda: all(any(choice.startswith(label) for choice in persona.choices()) for label in shown), seconds
    )
