"""The updates of a conversation are stored one after the other; those of others at the same time."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from redis.exceptions import ConnectionError as StoreLostError

from bots.running_platform import ReceiveEvent
from bots.sandbox.telegram.simulator import TelegramSim
from bots.sandbox.telegram.state import Chat
from bots.sandbox.telegram.user_actions import Person
from bots.telegram.api.client import TelegramApi
from bots.telegram.events.addressing import BotIdentity
from bots.telegram.events.poller import UpdatePoller, group_by_conversation
from bots.telegram.recovery.message_ids import MessageIdTracker
from core.json_reader import Json

_MESSAGES = 40


@asynccontextmanager
async def polling(api: TelegramApi, receive: ReceiveEvent) -> AsyncGenerator[None]:
    poller = UpdatePoller(api, BotIdentity(123456, "wanjie_bot"), receive, lambda _: None, MessageIdTracker())
    task = asyncio.create_task(poller.poll())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(predicate: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not predicate():  # noqa: ASYNC110 - what is waited for is in the simulator
            await asyncio.sleep(0.01)


def read_text(payload: bytes) -> str:
    return json.loads(payload)["update"]["message"]["text"]


def add_people(sim: TelegramSim, *names: str) -> list[tuple[Person, Chat]]:
    people = [sim.user(number, name) for number, name in enumerate(names, 1)]
    return [(person, sim.private(person)) for person in people]


async def test_a_store_that_fails_at_random_keeps_the_order_of_each_chat(
    sim: TelegramSim, api: TelegramApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.telegram.events.poller._FIRST_STORE_RETRY_DELAY", 0.001)
    dice, stored = random.Random(4), list[str]()  # noqa: S311 - the same in each run
    names = ("Ann", "Bob", "Cem", "Dee")

    async def receive(payload: bytes, *following: bytes) -> int:
        del following
        for _ in range(dice.randrange(4)):
            await asyncio.sleep(0)
        if dice.random() < 0.3:
            raise StoreLostError("away")
        stored.append(read_text(payload))
        return 1

    people = add_people(sim, *names)
    for number in range(_MESSAGES):
        for person, chat in people:
            person.say(chat, f"{person.user.first_name} {number}")
    async with polling(api, receive):
        await until(lambda: not sim.unconfirmed)

    assert stored != [f"{name} {number}" for number in range(_MESSAGES) for name in names]
    for name in names:
        own = [text for text in stored if text.startswith(name)]
        assert own == [f"{name} {number}" for number in range(_MESSAGES)]


async def test_what_follows_an_update_that_is_not_stored_is_delivered_again(sim: TelegramSim, api: TelegramApi) -> None:
    stored = list[str]()

    async def receive(payload: bytes, *_: bytes) -> int:
        if "stuck" in read_text(payload) and len(stored) < 3:
            raise StoreLostError("away")
        stored.append(read_text(payload))
        return 1

    (ann, hers), (bob, his) = add_people(sim, "Ann", "Bob")
    bob.say(his, "first")
    ann.say(hers, "stuck")
    ann.say(hers, "behind")
    bob.say(his, "second")
    async with polling(api, receive):
        await until(lambda: len(stored) > 1)
    before, left = list(stored), sim.unconfirmed
    stored.append("the store is back")
    async with polling(api, receive):
        await until(lambda: not sim.unconfirmed)

    assert (before, left) == (["first", "second"], 3)
    assert sorted(stored[3:]) == ["behind", "second", "stuck"]
    assert stored.index("stuck") < stored.index("behind")


def test_updates_of_a_group_that_moves_are_not_separated() -> None:
    def message(chat: int, **fields: object) -> Json:
        return {"message": {"chat": {"id": chat}, **fields}}

    bot = BotIdentity(123456, "wanjie_bot")
    topic, thread = message(2, is_topic_message=True, message_thread_id=8), message(2, message_thread_id=8)
    press: Json = {"callback_query": message(1)}
    apart: list[Json] = [message(1), message(2), topic, press, thread, {"my_chat_member": {"chat": {"id": 2}}}]
    moving = [message(1), message(-100), message(-100, migrate_from_chat_id=1)]

    assert group_by_conversation(apart, bot) == [[apart[0], press], [apart[1], thread, apart[5]], [topic]]
    assert group_by_conversation(moving, bot) == [moving]
