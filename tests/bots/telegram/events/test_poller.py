"""Long polling and the life of the platform, against a simulated Telegram."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from bots.sandbox.telegram.simulator import TelegramSim
from bots.telegram.api.client import TelegramApi
from bots.telegram.command_menu import register_commands
from bots.telegram.events.addressing import BotIdentity
from bots.telegram.events.poller import UpdatePoller
from bots.telegram.platform import TelegramPlatform, TelegramTokenError
from bots.telegram.recovery.message_ids import MessageIdTracker
from bots.telegram.settings import TelegramSettings
from core.chat.port.incoming import Sender
from core.chat.port.page import Page
from core.json_reader import Json
from core.redis import LeaderLease, RateLimiter
from tests.bots.telegram.stored_updates import MENU, Store


@dataclass
class Script:
    """The ids of the updates to hand out one by one, and the offsets that were asked for."""

    ids: list[int]
    offsets: list[int | None] = field(default_factory=list[int | None])
    over: asyncio.Event = field(default_factory=asyncio.Event)


class ScriptedApi(TelegramApi):
    """Follows a script instead of asking Telegram for updates."""

    def __init__(self, sim: TelegramSim, script: Script) -> None:
        super().__init__(sim.token, sim.base_url, sim.file_url)
        self._script = script  # the SDK lets only attributes with an underscore be set

    async def fetch_updates(self, offset: int | None, **_: object) -> list[Json]:
        self._script.offsets.append(offset)
        if self._script.ids:
            return [{"update_id": self._script.ids.pop(0)}]
        self._script.over.set()
        await asyncio.sleep(3600)
        return []


class PollerHarness:
    """A platform on a simulated Telegram and a real Redis."""

    def __init__(self, sim: TelegramSim, redis: Redis) -> None:
        self.sim, self.redis = sim, redis
        self.store = Store()
        self.ann = sim.user(7, "Ann", "en")
        self.chat = sim.private(self.ann)

    def platform(self, token: str | None = None, base_url: str | None = None) -> TelegramPlatform:
        settings = TelegramSettings(
            bot_token=SecretStr(token or self.sim.token),
            base_url=base_url or self.sim.base_url,
            file_url=self.sim.file_url,
        )
        return TelegramPlatform(
            settings,
            lambda account: RateLimiter(self.redis, account),
            lambda name: LeaderLease(self.redis, name),
            lambda: MENU,
        )

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[TelegramPlatform]:
        async with self.platform() as platform:
            task = asyncio.create_task(platform.run(self.store.receive))
            try:
                yield platform
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def wait_for_texts(self, *texts: str) -> None:
        """Wait for the stored texts; what a lost answer brought twice counts once."""
        async with asyncio.timeout(60):
            while list(dict.fromkeys(self.store.texts)) != list(texts):
                await self.store.changed.wait()
                self.store.changed.clear()


@pytest.fixture
def harness(sim: TelegramSim, redis: Redis) -> PollerHarness:
    return PollerHarness(sim, redis)


async def test_updates_are_stored_in_their_order_and_can_be_read_back(harness: PollerHarness) -> None:
    async with harness.running() as platform:
        for number in range(5):
            harness.ann.say(harness.chat, f"m{number}")
        await harness.wait_for_texts("m0", "m1", "m2", "m3", "m4")
        incoming = platform.read(harness.store.kept[0])

    assert incoming is not None
    assert (incoming.text, str(incoming.chat), incoming.sender) == ("m0", "tg:123456:7", Sender("7", "Ann", "en"))


async def test_a_stored_update_can_be_read_before_telegram_has_been_reached(harness: PollerHarness) -> None:
    group = harness.sim.group("Team", admin=True)
    async with harness.running():
        harness.ann.say(group, "@wanjie_bot hi")
        await harness.wait_for_texts("@wanjie_bot hi")

    incoming = harness.platform().read(harness.store.kept[0])

    assert incoming is not None
    assert incoming.text == "hi"


async def test_irrelevant_updates_are_read_as_none(harness: PollerHarness) -> None:
    platform = harness.platform()

    assert platform.read(b"{}") is None
    assert platform.read(b'{"bot": 1, "update": []}') is None
    assert platform.read(b"[]") is None


async def test_an_update_is_confirmed_only_after_it_is_stored(harness: PollerHarness) -> None:
    harness.store.failures = 1_000
    async with harness.running():
        harness.ann.say(harness.chat, "precious")
        await harness.sim.wait_for(lambda: any(call.method == "getUpdates" for call in harness.sim.calls))
        held = harness.sim.unconfirmed
        harness.store.failures = 0
        await harness.wait_for_texts("precious")

    assert (held, harness.sim.unconfirmed) == (1, 0)


async def test_a_crash_before_storing_loses_no_update(harness: PollerHarness) -> None:
    harness.store.failures = 1_000
    async with harness.running():
        harness.ann.say(harness.chat, "precious")
        await harness.sim.wait_for(lambda: any(call.method == "getUpdates" for call in harness.sim.calls))
    harness.store.failures = 0
    async with harness.running():
        await harness.wait_for_texts("precious")


async def test_updates_stored_before_the_end_are_confirmed(harness: PollerHarness) -> None:
    second = asyncio.Event()

    async def slow(payload: bytes, *_: bytes) -> int:
        if harness.store.kept:
            second.set()
            await asyncio.sleep(3600)
        harness.store.kept.append(payload)
        return 1

    harness.ann.say(harness.chat, "one")
    harness.ann.say(harness.chat, "two")
    async with harness.platform() as platform:
        task = asyncio.create_task(platform.run(slow))
        await second.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    assert harness.store.texts == ["one"]
    assert harness.sim.unconfirmed == 1


async def test_the_ids_of_updates_may_begin_anew_at_a_lower_one(harness: PollerHarness) -> None:
    script = Script([1_000_000, 40])
    async with ScriptedApi(harness.sim, script) as api:
        ingress = UpdatePoller(
            api, BotIdentity(1, "wanjie_bot"), harness.store.receive, lambda _: None, MessageIdTracker()
        )
        polling = asyncio.create_task(ingress.poll())
        async with asyncio.timeout(60):
            await script.over.wait()
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)

    assert script.offsets[:3] == [None, 1_000_001, 41]


@pytest.mark.parametrize("fault", ["bad_gateway", "lose_request", "lose_answer"])
async def test_polling_goes_on_after_an_outage(harness: PollerHarness, fault: str) -> None:
    async with harness.running():
        harness.ann.say(harness.chat, "one")
        await harness.wait_for_texts("one")
        getattr(harness.sim.faults, fault)("getUpdates")
        harness.ann.say(harness.chat, "two")
        await harness.wait_for_texts("one", "two")

    assert harness.sim.unconfirmed == 0


async def test_updates_that_are_too_many_for_one_response_are_received_one_by_one(
    harness: PollerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.json_reader._MAX_SIGNS", 100)  # three of these updates have more
    texts = [f"m{number}" for number in range(8)]
    for text in texts:
        harness.ann.say(harness.chat, text)
    async with harness.running():
        await harness.wait_for_texts(*texts)


async def test_polling_starts_during_an_outage(harness: PollerHarness) -> None:
    harness.sim.faults.bad_gateway("getMe")
    async with harness.running() as platform:
        assert not platform.is_connected
        harness.ann.say(harness.chat, "hi")
        await harness.wait_for_texts("hi")

        assert platform.is_connected


async def test_a_rate_limited_poll_waits_for_retry_after(harness: PollerHarness) -> None:
    harness.sim.faults.fail("getUpdates", 429, "Too Many Requests: retry after 1", parameters={"retry_after": 1})
    async with harness.running():
        harness.ann.say(harness.chat, "hi")
        await harness.wait_for_texts("hi")

    polls = [call.at for call in harness.sim.calls if call.method == "getUpdates"]

    assert polls[1] - polls[0] >= 1


async def test_a_refused_token_is_reported_without_the_token(harness: PollerHarness) -> None:
    async with harness.platform(token="123456:SECRET") as platform:
        with pytest.raises(TelegramTokenError) as refused:
            await platform.run(harness.store.receive)

    assert "TELEGRAM_BOT_TOKEN" in str(refused.value)
    assert "SECRET" not in repr(refused.value)


async def test_a_webhook_left_behind_is_removed(harness: PollerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.telegram.events.poller._CONFLICT_RETRY_DELAY", 0.01)
    harness.sim.faults.fail(
        "getUpdates", 409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
    )
    async with harness.running():
        harness.ann.say(harness.chat, "hi")
        await harness.wait_for_texts("hi")

    assert [call.status for call in harness.sim.calls if call.method == "deleteWebhook"] == [200]


async def test_one_replica_polls_and_another_takes_over(harness: PollerHarness) -> None:
    async with harness.running():
        harness.ann.say(harness.chat, "one")
        await harness.wait_for_texts("one")
        async with harness.running():
            harness.ann.say(harness.chat, "two")
            await harness.wait_for_texts("one", "two")
    async with harness.running():
        harness.ann.say(harness.chat, "three")
        await harness.wait_for_texts("one", "two", "three")

    assert harness.sim.conflicts == 0


async def test_a_poller_that_lost_its_lease_stops(harness: PollerHarness) -> None:
    async with harness.running():
        harness.ann.say(harness.chat, "0")
        await harness.wait_for_texts("0")
        await harness.redis.set("lease:tg:123456:poller", "somebody else", px=60_000)
        said = 1
        async with asyncio.timeout(60):
            while len(harness.store.kept) >= said - 1:  # within some seconds it notices and takes nothing in any more
                harness.ann.say(harness.chat, str(said))
                said += 1
                await asyncio.sleep(0.2)

    assert len(harness.store.kept) < said
    assert harness.sim.unconfirmed >= 2


async def test_the_menu_is_registered_in_every_language(harness: PollerHarness) -> None:
    async with harness.running():
        await harness.sim.wait_for(lambda: harness.sim.commands("all_chat_administrators"))

    assert harness.sim.commands() == {"help": "What I can do", "new": "Start anew"}
    assert harness.sim.commands(language_code="zh") == {"help": "帮助", "new": "重新开始"}
    assert harness.sim.commands("all_chat_administrators") == {"settings": "Choices"}


async def test_a_language_that_cannot_be_registered_does_not_stop_the_others(
    harness: PollerHarness, api: TelegramApi
) -> None:
    harness.sim.faults.fail("setMyCommands", 400, "Bad Request: BOT_COMMANDS_TOO_MUCH")

    await register_commands(api, MENU)

    assert harness.sim.commands(language_code="zh") == {"help": "帮助", "new": "重新开始"}


async def test_a_message_is_answered_through_the_platform(harness: PollerHarness) -> None:
    async with harness.running() as platform:
        harness.ann.say(harness.chat, "hi")
        await harness.wait_for_texts("hi")
        incoming = platform.read(harness.store.kept[0])
        assert incoming is not None
        known = await platform.enrich(incoming)
        await platform.outbox(incoming).update_page(Page(start=0), "Hello **Ann**", final=True)

    assert known is incoming
    assert harness.sim.texts(7) == ["Hello Ann"]


async def test_no_log_line_contains_the_token(harness: PollerHarness, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    harness.sim.faults.lose_request("getMe")
    harness.sim.faults.bad_gateway("getUpdates")
    async with harness.running():
        harness.ann.say(harness.chat, "hi")
        await harness.wait_for_texts("hi")

    lines = [record.getMessage() for record in caplog.records if record.name not in {"httpx", "httpcore"}]

    assert not [line for line in lines if harness.sim.token in line]
