"""A simulated Slack whose clock stands still, its official client and a channel; each test file may have its own."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.data_types import Channel
from bots.sandbox.slack.simulator import SlackSim
from tests.bots.sandbox.slack.fixtures import simulator, web_client
from tests.bots.sandbox.slack.socket_connection import Line
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sim(clock: Clock) -> AsyncGenerator[SlackSim, None]:
    async with simulator(clock) as sim:
        yield sim


@pytest.fixture
async def client(sim: SlackSim) -> AsyncGenerator[AsyncWebClient, None]:
    async with web_client(sim) as client:
        yield client


@pytest.fixture
def channel(sim: SlackSim) -> Channel:
    return sim.channel("general")


@pytest.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def line(sim: SlackSim, session: aiohttp.ClientSession) -> Line:
    """A Socket Mode connection that has said hello."""
    line = Line(sim, session)
    await line.connect()
    return line


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the official SDKs, which do not know that this machine needs no proxy, off the one of the environment."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
