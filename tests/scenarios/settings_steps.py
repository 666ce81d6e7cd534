"""How people go through the menus of `/settings`."""

from __future__ import annotations

from bots.sandbox.persona import Persona


async def picks(persona: Persona, label: str, *shown: str) -> None:
    """Pick an entry, and wait for a menu with entries that begin so."""
    await persona.until(lambda: any(label in choice for choice in persona.choices()))
    await persona.choose(label)
    await offers(persona, *shown)


async def offers(persona: Persona, *shown: str) -> None:
    await persona.until(lambda: all(any(choice.startswith(label) for choice in persona.choices()) for label in shown))
