"""Long polling and the life of the platform, against a simulated Telegram."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as StoreLostError

from bots.json_fields import Json
from bots.sandbox.telegram.simulator import TelegramSim
from bots.telegram import TelegramPlatform, TelegramTokenError
from bots.telegram.api.client import Api
from bots.telegram.command_menu import register
from bots.telegram.events.addressing import Identity
from bots.telegram.events.poller import Ingress
from bots.telegram.recovery.message_ids import Horizon
from core.chat.port.incoming import Sender
from core.chat.port.page import Page
from core.redis import Budget, Lease
from core.settings import TelegramSettings

MENU = {"en": [("help", "What I can do"), ("new", "Start anew")], "zh": [("help", "帮助"), ("new", "重新开始")]}


@dataclass
class Script:
    """The ids of the updates to hand out one by one, and the offsets that were asked for."""

    ids: list[int]
    offsets: list[int | None] = field(default_factory=list[int | None])
    over: asyncio.Event = field(default_factory=asyncio.Event)


class ScriptedApi(Api):
    """Follows a script instead of asking Telegram for updates."""

    def __init__(self, sim: TelegramSim, script: Script) -> None:
        super().__init__(sim.token, sim.base_url, sim.file_url)
        self._script = script  # the SDK lets only attributes with an underscore be set

    async def updates(self, offset: int | None, **_: object) -> list[Json]:
        self._script.offsets.append(offset)
        if self._script.ids:
            return [{"update_id": self._script.ids.pop(0)}]
        self._script.over.set()
        await asyncio.sleep(3600)
        return []


class Store:
    """Keeps what it is given, unless it is told to fail so many times."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.failures = 0
        self.changed = asyncio.Event()

    async def receive(self, payload: bytes) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreLostError("away")
        self.kept.append(payload)
        self.changed.set()

    @property
    def texts(self) -> list[str]:
        return [json.loads(payload)["update"].get("message", {}).get("text", "") for payload in self.kept]


class Stage:
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
            settings, lambda account: Budget(self.redis, account), lambda name: Lease(self.redis, name), lambda: MENU
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

    async def until(self, *texts: str) -> None:
        """Wait for the stored texts; what a lost answer brought twice counts once."""
        async with asyncio.timeout(5):
            while list(dict.fromkeys(self.store.texts)) != list(texts):
                await self.store.changed.wait()
                self.store.changed.clear()


@pytest.fixture
def stage(sim: TelegramSim, redis: Redis) -> Stage:
    return Stage(sim, redis)


async def test_updates_are_stored_in_their_order_and_can_be_read_back(stage: Stage) -> None:
    async with stage.running() as platform:
        for number in range(5):
            stage.ann.say(stage.chat, f"m{number}")
        await stage.until("m0", "m1", "m2", "m3", "m4")
        incoming = platform.read(stage.store.kept[0])

    assert incoming is not None
    assert (incoming.text, str(incoming.chat), incoming.sender) == ("m0", "tg:123456:7", Sender("7", "Ann", "en"))


async def test_a_stored_update_can_be_read_before_telegram_has_been_reached(stage: Stage) -> None:
    group = stage.sim.group("Team", admin=True)
    async with stage.running():
        stage.ann.say(group, "@wanjie_bot hi")
        await stage.until("@wanjie_bot hi")

    incoming = stage.platform().read(stage.store.kept[0])

    assert incoming is not None
    assert incoming.text == "hi"


async def test_what_is_nothing_for_the_bot_is_read_as_none(stage: Stage) -> None:
    platform = stage.platform()

    assert platform.read(b"{}") is None
    assert platform.read(b'{"bot": 1, "update": []}') is None
    assert platform.read(b"[]") is None


async def test_an_update_is_confirmed_only_after_it_is_stored(stage: Stage) -> None:
    stage.store.failures = 3
    async with stage.running():
        stage.ann.say(stage.chat, "precious")
        await stage.sim.wait_for(lambda: any(call.method == "getUpdates" for call in stage.sim.calls))
        held = stage.sim.unconfirmed
        await stage.until("precious")

    assert (held, stage.sim.unconfirmed) == (1, 0)


async def test_a_death_before_the_store_loses_nothing(stage: Stage) -> None:
    stage.store.failures = 1_000
    async with stage.running():
        stage.ann.say(stage.chat, "precious")
        await stage.sim.wait_for(lambda: any(call.method == "getUpdates" for call in stage.sim.calls))
    stage.store.failures = 0
    async with stage.running():
        await stage.until("precious")


async def test_what_is_stored_at_the_end_is_confirmed(stage: Stage) -> None:
    stored = asyncio.Event()

    async def slow(payload: bytes) -> None:
        if stored.is_set():
            await asyncio.sleep(3600)
        stage.store.kept.append(payload)
        stored.set()

    stage.ann.say(stage.chat, "one")
    stage.ann.say(stage.chat, "two")
    async with stage.platform() as platform:
        task = asyncio.create_task(platform.run(slow))
        await stored.wait()
        await asyncio.sleep(0.01)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    assert stage.store.texts == ["one"]
    assert stage.sim.unconfirmed == 1


async def test_the_ids_of_updates_may_begin_anew_at_a_lower_one(stage: Stage) -> None:
    script = Script([1_000_000, 40])
    async with ScriptedApi(stage.sim, script) as api:
        ingress = Ingress(api, Identity(1, "wanjie_bot"), stage.store.receive, lambda _: None, Horizon())
        polling = asyncio.create_task(ingress.poll())
        async with asyncio.timeout(5):
            await script.over.wait()
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)

    assert script.offsets[:3] == [None, 1_000_001, 41]


@pytest.mark.parametrize("fault", ["bad_gateway", "lose_request", "lose_answer"])
async def test_polling_goes_on_after_an_outage(stage: Stage, fault: str) -> None:
    async with stage.running():
        stage.ann.say(stage.chat, "one")
        await stage.until("one")
        getattr(stage.sim, fault)("getUpdates")
        stage.ann.say(stage.chat, "two")
        await stage.until("one", "two")

    assert stage.sim.unconfirmed == 0


async def test_telegram_may_be_away_at_the_start(stage: Stage) -> None:
    stage.sim.bad_gateway("getMe")
    async with stage.running() as platform:
        assert not platform.up
        stage.ann.say(stage.chat, "hi")
        await stage.until("hi")

        assert platform.up


async def test_a_flooded_poll_waits_as_long_as_telegram_says(stage: Stage) -> None:
    stage.sim.fail("getUpdates", 429, "Too Many Requests: retry after 1", parameters={"retry_after": 1})
    async with stage.running():
        stage.ann.say(stage.chat, "hi")
        await stage.until("hi")

    polls = [call.at for call in stage.sim.calls if call.method == "getUpdates"]

    assert polls[1] - polls[0] >= 1


async def test_a_refused_token_is_told_without_the_token(stage: Stage) -> None:
    async with stage.platform(token="123456:SECRET") as platform:
        with pytest.raises(TelegramTokenError) as refused:
            await platform.run(stage.store.receive)

    assert "TELEGRAM_BOT_TOKEN" in str(refused.value)
    assert "SECRET" not in repr(refused.value)


async def test_a_webhook_left_behind_is_removed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.telegram.events.poller._CONFLICT_PATIENCE", 0.01)
    stage.sim.fail(
        "getUpdates", 409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
    )
    async with stage.running():
        stage.ann.say(stage.chat, "hi")
        await stage.until("hi")

    assert [call.status for call in stage.sim.calls if call.method == "deleteWebhook"] == [200]


async def test_one_replica_polls_and_another_takes_over(stage: Stage) -> None:
    async with stage.running():
        stage.ann.say(stage.chat, "one")
        await stage.until("one")
        async with stage.running():
            stage.ann.say(stage.chat, "two")
            await stage.until("one", "two")
    async with stage.running():
        stage.ann.say(stage.chat, "three")
        await stage.until("one", "two", "three")

    assert stage.sim.conflicts == 0


async def test_a_poller_that_lost_its_duty_stops(stage: Stage) -> None:
    async with stage.running():
        stage.ann.say(stage.chat, "0")
        await stage.until("0")
        await stage.redis.set("lease:tg:123456:poller", "somebody else", px=60_000)
        said = 1
        async with asyncio.timeout(10):
            while len(stage.store.kept) >= said - 1:  # within some seconds it notices and takes nothing in any more
                stage.ann.say(stage.chat, str(said))
                said += 1
                await asyncio.sleep(0.2)

    assert len(stage.store.kept) < said
    assert stage.sim.unconfirmed >= 2


async def test_the_menu_is_registered_in_every_language(stage: Stage) -> None:
    async with stage.running():
        await stage.sim.wait_for(lambda: stage.sim.commands(language_code="zh"))

    assert stage.sim.commands() == {"help": "What I can do", "new": "Start anew"}
    assert stage.sim.commands(language_code="zh") == {"help": "帮助", "new": "重新开始"}


async def test_a_language_that_cannot_be_registered_does_not_stop_the_others(stage: Stage, api: Api) -> None:
    stage.sim.fail("setMyCommands", 400, "Bad Request: BOT_COMMANDS_TOO_MUCH")

    await register(api, MENU)

    assert stage.sim.commands(language_code="zh") == {"help": "帮助", "new": "重新开始"}


async def test_a_message_is_answered_through_the_platform(stage: Stage) -> None:
    async with stage.running() as platform:
        stage.ann.say(stage.chat, "hi")
        await stage.until("hi")
        incoming = platform.read(stage.store.kept[0])
        assert incoming is not None
        sender = await platform.introduce(incoming.sender)
        await platform.outbox(incoming).show(Page(start=0), "Hello **Ann**", final=True)

    assert sender is incoming.sender
    assert stage.sim.texts(7) == ["Hello Ann"]


async def test_no_line_of_ours_holds_the_token(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stage.sim.lose_request("getMe")
    stage.sim.bad_gateway("getUpdates")
    async with stage.running():
        stage.ann.say(stage.chat, "hi")
        await stage.until("hi")

    lines = [record.getMessage() for record in caplog.records if record.name not in {"httpx", "httpcore"}]

    assert not [line for line in lines if stage.sim.token in line]
