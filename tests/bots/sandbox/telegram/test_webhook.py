"""Webhooks: which ones the simulator takes, and how it delivers."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from telegram.error import BadRequest, Conflict

from bots.sandbox.telegram.webhook import SECRET_HEADER
from tests.bots.sandbox.telegram.client import Client, connected

_URL = "https://bot.example/hook"


@dataclass
class Hook:
    """Answers with the ordered statuses, then with 200."""

    statuses: list[int] = field(default_factory=list[int])
    texts: list[str] = field(default_factory=list[str])
    secrets: set[str] = field(default_factory=set[str])
    held: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most: int = 0

    async def handle(self, request: web.Request) -> web.Response:
        body: dict[str, Any] = await request.json()
        self.secrets.add(request.headers[SECRET_HEADER])
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.held.wait()
        self.at_once -= 1
        self.texts.append(body["message"]["text"])
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, headers={"Retry-After": "3"})


@pytest.fixture
async def client() -> AsyncGenerator[Client]:
    async with connected() as client:
        client.sim.delivery.speed = 100.0
        yield client


@pytest.fixture
async def hook(client: Client) -> AsyncGenerator[Hook]:
    hook, app = Hook(), web.Application()
    app.router.add_post("/hook", hook.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client.sim.delivery.backends.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield hook
    hook.held.set()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("url", "secret", "reason"),
    [
        ("http://bot.example/hook", "s", "an https url must be provided"),
        ("https://bot.example:9000/hook", "s", "only on ports 80, 88, 443 or 8443"),
        ("https://127.0.0.1/hook", "s", "ip address 127.0.0.1 is reserved"),
        (_URL, "a secret", "secret token contains unallowed characters"),
    ],
)
async def test_a_webhook_that_telegram_would_not_take_is_refused(
    client: Client, url: str, secret: str, reason: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await client.bot.set_webhook(url, secret_token=secret)
    assert (await client.bot.get_webhook_info()).url == ""


async def test_another_webhook_within_a_second_is_refused(client: Client) -> None:
    await client.bot.set_webhook(_URL)
    await client.bot.set_webhook(_URL)

    assert (await client.raw("setWebhook", {"url": f"{_URL}/2"}))["parameters"] == {"retry_after": 1}


async def test_a_webhook_ends_a_poll_that_waits(client: Client) -> None:
    poll = asyncio.create_task(client.bot.get_updates(timeout=30))
    async with asyncio.timeout(60):
        while not client.sim.polling:  # noqa: ASYNC110 - the simulator has no event to wait for
            await asyncio.sleep(0.01)
    await client.bot.set_webhook(_URL)
    with pytest.raises(Conflict):
        await asyncio.wait_for(poll, 20)


async def test_an_update_is_delivered_until_it_is_taken_and_those_behind_it_wait(client: Client, hook: Hook) -> None:
    hook.held.set()
    hook.statuses = [503, 500]
    client.ann.say(client.chat, "one")
    client.ann.say(client.chat, "two")
    await client.bot.set_webhook(_URL, secret_token="s-1", max_connections=7)
    async with asyncio.timeout(60):
        while client.sim.unconfirmed:  # noqa: ASYNC110 - the delivery has no event to wait for
            await asyncio.sleep(0.01)
    info = await client.bot.get_webhook_info()

    assert hook.texts == ["one", "one", "one", "two"]
    assert hook.secrets == {"s-1"}
    assert (info.max_connections, info.last_error_message) == (
        7,
        "Wrong response from the webhook: 500 Internal Server Error",
    )


async def test_chats_are_delivered_side_by_side_and_a_chat_in_its_order(client: Client, hook: Hook) -> None:
    bob = client.sim.user(12, "Bob")
    await client.bot.set_webhook(_URL, secret_token="s")
    client.ann.say(client.chat, "a1")
    client.ann.say(client.chat, "a2")
    bob.say(client.sim.private(bob), "b1")
    async with asyncio.timeout(60):
        while hook.at_once < 2:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.01)
        hook.held.set()
        while client.sim.unconfirmed:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.01)

    assert hook.most == 2
    assert sorted(hook.texts) == ["a1", "a2", "b1"]
    assert hook.texts.index("a1") < hook.texts.index("a2")


async def test_what_no_backend_took_can_be_polled_once_the_webhook_is_deleted(client: Client) -> None:
    await client.bot.set_webhook(_URL)
    client.ann.say(client.chat, "hi")
    async with asyncio.timeout(60):
        while not client.sim.delivery.last_error:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.01)
    await client.bot.delete_webhook()

    assert [update.message.text for update in await client.bot.get_updates(timeout=0) if update.message] == ["hi"]
