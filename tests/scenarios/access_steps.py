"""How a new installation gets its owner."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conversation_steps import echo, says


async def start(harness: ServiceHarness, **extra: str) -> None:
    await harness.start(**{"ACCESS_MODE": "pairing", **extra})
    await harness.ready()
    harness.wanjie.script.answer = echo


def _read(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def _mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


async def read_code(harness: ServiceHarness) -> str:
    """Read the claim code as an operator does."""
    file = harness.folder / "data" / "claim-code"
    async with asyncio.timeout(60):
        while not (code := _read(file)):  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.02)
    assert _mode(file) == 0o600
    return code


async def claim(harness: ServiceHarness, persona: Persona) -> str:
    """Become the owner."""
    code = await read_code(harness)
    await persona.say(f"/pair {code}")
    await says(persona, "This bot is yours")
    return code
