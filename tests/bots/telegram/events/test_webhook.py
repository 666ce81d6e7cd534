"""The webhook's port and registration, against a simulated Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
import pytest
from pydantic import SecretStr, ValidationError
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bots.running_platform import PlatformError
from bots.sandbox.telegram.simulator import TelegramSim
from bots.telegram.events.webhook import SECRET_HEADER
from bots.telegram.platform import TelegramPlatform
from bots.telegram.settings import TelegramSettings
from core.redis import LeaderLease, RateLimiter
from tests.bots.telegram.stored_updates import MENU, Store
from tests.free_port import find_free_port

URL = "https://bots.example/telegram"
SECRET = "s3cret-1"


class WebhookHarness:
    """Platforms behind one public URL, on a simulated Telegram and a real Redis."""

    def __init__(self, sim: TelegramSim, redis: Redis) -> None:
        self.sim, self.redis, self.store = sim, redis, Store()
        self.port = find_free_port()
        self.ann = sim.user(7, "Ann", "en")
        self.chat = sim.private(self.ann)
        sim.delivery.speed = 100.0

    def platform(self, *, port: int = 0, url: str = URL) -> TelegramPlatform:
        settings = TelegramSettings(
            bot_token=SecretStr(self.sim.token),
            base_url=self.sim.base_url,
            file_url=self.sim.file_url,
            webhook_url=url,
            webhook_port=port or self.port,
            webhook_secret=SecretStr(SECRET),
            inline="on",
        )
        return TelegramPlatform(
            settings,
            lambda account: RateLimiter(self.redis, account),
            lambda name: LeaderLease(self.redis, name),
            lambda: MENU,
        )

    @asynccontextmanager
    async def running(self, *, port: int = 0, url: str = URL) -> AsyncGenerator[TelegramPlatform]:
        backend = f"http://127.0.0.1:{port or self.port}"
        async with self.platform(port=port, url=url) as platform:
            self.sim.delivery.backends.append(backend)
            task = asyncio.create_task(platform.run(self.store.receive))
            try:
                yield platform
            finally:
                self.sim.delivery.backends.remove(backend)
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def wait_for_texts(self, *texts: str) -> None:
        async with asyncio.timeout(60):
            while self.store.texts != list(texts):
                await self.store.changed.wait()
                self.store.changed.clear()

    async def registered(self) -> None:
        await until(lambda: self.sim.webhook == URL)

    async def post(self, data: bytes, secret: str = SECRET, path: str = "/telegram", method: str = "POST") -> int:
        headers = {SECRET_HEADER: secret} if secret else {}
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"http://127.0.0.1:{self.port}{path}", data=data, headers=headers) as response,
        ):
            return response.status


async def until(predicate: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not predicate():  # noqa: ASYNC110 - neither the simulator nor a port has an event to wait for
            await asyncio.sleep(0.01)


@pytest.fixture
def harness(sim: TelegramSim, redis: Redis) -> WebhookHarness:
    return WebhookHarness(sim, redis)


async def test_updates_are_stored_in_their_order_and_read_as_polled_ones(harness: WebhookHarness) -> None:
    async with harness.running() as platform:
        await harness.registered()
        for number in range(3):
            harness.ann.say(harness.chat, f"m{number}")
        await harness.wait_for_texts("m0", "m1", "m2")
        incoming = platform.read(harness.store.kept[0])

    registration = next(call.values for call in harness.sim.calls if call.method == "setWebhook")
    assert incoming is not None
    assert (incoming.text, str(incoming.chat)) == ("m0", "tg:123456:7")
    assert registration["secret_token"] == SECRET
    assert registration["max_connections"] == 40
    assert "callback_query" in registration["allowed_updates"]


async def test_an_update_is_acknowledged_only_after_it_is_stored(harness: WebhookHarness) -> None:
    harness.store.failures = 2
    async with harness.running():
        await harness.registered()
        harness.ann.say(harness.chat, "precious")
        harness.ann.say(harness.chat, "after it")
        await harness.wait_for_texts("precious", "after it")
        await until(lambda: not harness.sim.unconfirmed)

    assert harness.sim.delivery.deliveries == 4
    assert "503" in harness.sim.delivery.last_error


async def test_what_does_not_bear_the_secret_is_refused(harness: WebhookHarness) -> None:
    async with harness.running():
        await harness.registered()
        update = b'{"update_id": 1, "message": {"text": "forged"}}'
        refused = [await harness.post(update, secret) for secret in ("", "s3cret-2", SECRET + "1", "\xe9")]
        others = [
            await harness.post(update, path="/"),
            await harness.post(b"", method="GET"),
        ]

    assert refused == [403, 403, 403, 403]
    assert others == [404, 405]
    assert harness.store.kept == []


async def test_what_cannot_be_read_does_not_come_again(
    harness: WebhookHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.telegram.events.webhook._MAX_BODY_BYTES", 200_000)
    async with harness.running():
        await harness.registered()
        odd = [b"{", b"[]", b"\xff", b"{}", b'{"update_id": "x"}', b"[" * 100_000]
        with capture_logs() as logs:
            assert [await harness.post(data) for data in odd] == [200] * len(odd)
            assert await harness.post(b" " * 200_001) == 413

    assert harness.store.kept == []
    assert {line["log_level"] for line in logs} - {"info"} == {"error"}


async def test_several_replicas_take_updates_and_one_of_them_registers(harness: WebhookHarness) -> None:
    other = find_free_port()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(harness.running())
        await stack.enter_async_context(harness.running(port=other))
        await harness.registered()
        for number in range(4):
            harness.ann.say(harness.chat, f"m{number}")
        await harness.wait_for_texts("m0", "m1", "m2", "m3")

    assert len([call for call in harness.sim.calls if call.method == "setWebhook"]) == 1


async def test_a_replica_takes_the_webhook_over_from_a_poller_and_gives_it_back(harness: WebhookHarness) -> None:
    async with harness.running(url=""):
        await until(lambda: harness.sim.polling)
        async with harness.running():
            harness.ann.say(harness.chat, "polled")
            await harness.wait_for_texts("polled")
            assert harness.sim.webhook == ""
    async with harness.running():
        await harness.registered()
        harness.ann.say(harness.chat, "posted")
        await harness.wait_for_texts("polled", "posted")
    async with harness.running(url=""):
        harness.ann.say(harness.chat, "polled again")
        await harness.wait_for_texts("polled", "posted", "polled again")

    assert harness.sim.webhook == ""


async def test_registering_goes_on_after_refusals_and_outages(harness: WebhookHarness) -> None:
    harness.sim.faults.bad_gateway("setWebhook")
    harness.sim.faults.fail("setWebhook", 429, "Too Many Requests: retry after 1", parameters={"retry_after": 1})
    harness.sim.faults.fail(
        "setWebhook", 400, "Bad Request: bad webhook: Failed to resolve host: Name or service not known"
    )
    async with harness.running() as platform:
        await until(lambda: platform.is_connected)
        await harness.registered()
        await until(lambda: platform.is_connected)


async def test_a_webhook_that_was_changed_elsewhere_is_registered_again(
    harness: WebhookHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.telegram.events.webhook_registration._CHECK_INTERVAL", 0.05)
    async with harness.running() as platform:
        await harness.registered()
        with capture_logs() as logs:
            async with aiohttp.ClientSession() as session:
                await session.post(f"{harness.sim.base_url}{harness.sim.token}/deleteWebhook")
            await until(lambda: not harness.sim.webhook)
            await until(lambda: harness.sim.webhook == URL and platform.is_connected)

    assert {"event": "another program has changed the webhook", "log_level": "warning"} in logs


async def test_a_failed_delivery_is_logged(harness: WebhookHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.telegram.events.webhook_registration._CHECK_INTERVAL", 0.05)
    harness.store.failures = 1
    with capture_logs() as logs:
        async with harness.running():
            await harness.registered()
            harness.ann.say(harness.chat, "hi")
            await until(lambda: [line for line in logs if line["event"] == "Telegram could not deliver an update"])


async def test_a_port_in_use_refuses_the_platform(harness: WebhookHarness) -> None:
    async with harness.running(), harness.platform() as second:
        await harness.registered()
        with pytest.raises(PlatformError, match="TELEGRAM_WEBHOOK_PORT"):
            await second.run(harness.store.receive)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"webhook_url": "http://bots.example/telegram"}, "https"),
        ({"webhook_url": "https://bots.example:9000/telegram"}, "ports"),
        ({"webhook_url": "bots.example"}, "begin with"),
        ({"webhook_secret": "a secret"}, "letters"),
        ({"webhook_port": 0}, "greater"),
    ],
)
def test_settings_that_telegram_would_refuse_are_refused(variables: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        TelegramSettings.model_validate({"bot_token": "1:token", **variables})


def test_the_derived_secret_is_the_same_on_every_replica_and_tells_nothing_of_the_token() -> None:
    one, two, other = (TelegramSettings.model_validate({"bot_token": token}) for token in ("1:tok", "1:tok", "1:tak"))

    assert one.webhook_token == two.webhook_token != other.webhook_token
    assert "tok" not in one.webhook_token
    assert len(one.webhook_token) == 64


async def test_what_is_answered_at_once_is_acknowledged_without_being_stored(harness: WebhookHarness) -> None:
    async with harness.running():
        await harness.registered()
        query = harness.ann.ask_inline("why?")
        harness.ann.say(harness.chat, "hi")
        await harness.wait_for_texts("hi")
        await until(lambda: query.results == [])

    registration = next(call.values for call in harness.sim.calls if call.method == "setWebhook")
    assert "inline_query" in registration["allowed_updates"]
