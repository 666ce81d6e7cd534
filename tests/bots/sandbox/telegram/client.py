"""A simulated Telegram with the official SDK connected to it."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from telegram import Bot
from telegram.request import HTTPXRequest

from bots.sandbox.telegram.simulator import TelegramSim
from bots.sandbox.telegram.state import Chat
from bots.sandbox.telegram.user_actions import Person


@dataclass(frozen=True, slots=True)
class Client:
    """The simulator, a bot of python-telegram-bot, and a user with a private chat."""

    sim: TelegramSim
    bot: Bot
    ann: Person
    chat: Chat

    async def raw(self, method: str, body: object = None) -> dict[str, Any]:
        """Call as no SDK would."""
        url = f"{self.sim.base_url}{self.sim.token}/{method}"
        async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
            return {"status": response.status, "headers": response.headers} | await response.json()


@asynccontextmanager
async def connected(clock: Callable[[], float] = time.monotonic) -> AsyncGenerator[Client]:
    async with TelegramSim(clock=clock) as sim, Bot(sim.token, sim.base_url, sim.file_url, _plain(), _plain()) as bot:
        ann = sim.user(11, "Ann", "en")
        yield Client(sim, bot, ann, sim.private(ann))


def _plain() -> HTTPXRequest:
    """Return a transport that does not load certificates, which takes longer than most tests."""
    return HTTPXRequest(httpx_kwargs={"verify": False})
