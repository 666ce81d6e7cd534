"""A simulated Slack workspace, and the platform connected to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from pydantic import SecretStr
from redis.asyncio import Redis

from bots.sandbox.slack.data_types import Channel, Message
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from bots.slack.platform import SlackPlatform
from bots.slack.sending.outbox import SlackOutbox
from bots.slack.settings import SlackSettings
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menu_query import MenuQuery
from core.chat.port.menus import Option
from core.chat.port.page import Page
from core.redis import RateLimiter
from tests.bots.slack.event_listener import Listener

BOT_TOKEN, APP_TOKEN = "xoxb-test", "xapp-test"


MODELS = tuple(Option(f"Model {number}", f"m{number}") for number in range(300))


async def suggest(query: MenuQuery, most: int) -> tuple[Option, ...]:
    """Return the matching models."""
    assert query.reader.locale
    assert query.menu == "model"
    assert most == 100
    assert query.chat.platform == "sl"
    return tuple(option for option in MODELS if query.text in option.label)


def settings(sim: SlackSim, *, bot_token: str = BOT_TOKEN, app_token: str = APP_TOKEN) -> SlackSettings:
    return SlackSettings(bot_token=SecretStr(bot_token), app_token=SecretStr(app_token), api_url=sim.api_url)


async def look_up_sender(platform: SlackPlatform, sender: Sender) -> Sender:
    """Return `sender` as the platform looks it up."""
    team = (await platform.connect()).team
    incoming = Incoming(ChatRef("sl", team, "D1"), "m1", "1", sender, direct=True)
    return (await platform.enrich(incoming, sender_only=True)).sender


@pytest_asyncio.fixture
async def slack() -> AsyncGenerator[SlackSim]:
    async with SlackSim(bot_token=BOT_TOKEN, app_token=APP_TOKEN) as sim:
        yield sim


@pytest_asyncio.fixture
async def platform(slack: SlackSim, redis: Redis) -> AsyncGenerator[SlackPlatform]:
    async with SlackPlatform(settings(slack), lambda account: RateLimiter(redis, account), suggest) as platform:
        await platform.connect()
        yield platform


@dataclass(slots=True)
class Scene:
    """A question of Ann in a channel; `texts` are the bot's messages in its thread."""

    slack: SlackSim
    platform: SlackPlatform
    channel: Channel
    ann: SlackUser
    question: Message
    outbox: SlackOutbox = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = self.new_outbox()

    def incoming(self) -> Incoming:
        ts = self.question.ts
        chat = ChatRef("sl", self.slack.team_id, self.channel.id, ts)
        return Incoming(chat, f"m{ts}", ts, Sender(self.ann.id), "hi", thread=ts)

    def new_outbox(self) -> SlackOutbox:
        """Return an outbox without the state of earlier steps, as in another process."""
        return self.platform.outbox(self.incoming())

    async def show(self, *texts: str, final: bool = False) -> Page:
        """Show the texts one after another on one page."""
        page = Page(start=0)
        for text in texts:
            page = await self.outbox.update_page(page, text, final=final and text == texts[-1])
        return page

    @property
    def texts(self) -> list[str]:
        return self.slack.texts(self.channel, self.question.ts)

    def count(self, *methods: str) -> list[int]:
        return [self.slack.count(f"chat.{method}") for method in methods]


@pytest_asyncio.fixture
async def scene(slack: SlackSim, platform: SlackPlatform) -> Scene:
    channel = slack.channel("general")
    ann = slack.user("Ann")
    return Scene(slack, platform, channel, ann, await ann.mention(channel, "hi"))


@pytest.fixture
def bob(slack: SlackSim) -> SlackUser:
    """Another user, for a second conversation."""
    return slack.user("Bob", "zh-CN")


@pytest.fixture
def unhurried(slack: SlackSim, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give events a minute, so that a slow machine is no reason to send one again."""
    monkeypatch.setattr("bots.slack.events.acknowledger._STORE_TIMEOUT", 50.0)
    monkeypatch.setattr("bots.slack.events.menu_search._TIMEOUT", 50.0)
    slack.socket.ack_within = 60.0


@pytest_asyncio.fixture
async def listener(platform: SlackPlatform) -> AsyncGenerator[Listener]:
    """Run the platform with a listener, as the service does."""
    found = Listener(platform)
    running = asyncio.create_task(platform.run(found.receive))
    async with asyncio.timeout(60):
        await platform.connected.wait()
    yield found
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
