"""Unique words in what comes from outside, and the search for them in what operators read."""

from __future__ import annotations

import re

import aiohttp

from tests.bots.health import Health

_CANARY = re.compile(r"zx[a-z]+qv", re.IGNORECASE)


def canary(name: str) -> str:
    """A word that stands nowhere else, and that says where it came from; `name` has small letters alone."""
    return f"zx{name}qv"


def find_canaries(text: str) -> set[str]:
    """The lines with canaries, to read which one came how."""
    return {line[:600] for line in text.splitlines() if _CANARY.search(line)}


async def read_health(health: Health) -> str:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{health.port}") as session:
        return "".join([await (await session.get(f"/{path}")).text() for path in ("healthz", "readyz", "metrics")])
