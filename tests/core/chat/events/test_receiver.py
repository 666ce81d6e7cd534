# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Events are stored in the order of their chat, whatever floods it or has written into the database."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from core.access import AccessRegister
from core.chat.commands import parse_command
from core.chat.events.access_gate import Access, AccessGate
from core.chat.events.receiver import EventReceiver
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.platform import Platform
from core.queue import Inbox, QueueLimits
from core.store import Conversations, ObservedMessage, ObservedMessages
from core.store.redis_keys import joined_thread_key, note_key
from tests.core.chat.open_gate import open_gate
from tests.core.chat.outboxes import NoOutbox

CHAT = ChatRef("tg", "1", "7")
_NOW = int(time.time())


def make_receiver(redis: Redis, inbox: Inbox, gate: AccessGate | None = None) -> EventReceiver:
    conversations = Conversations(redis, messages=6, lifetime=timedelta(days=1))
    return EventReceiver(inbox, conversations, ObservedMessages(redis), gate or open_gate(redis), parse_command)


@dataclass
class _Group(NoOutbox, Platform):
    """A platform on which `part` is an addition and everything else a question in a group."""

    name: str = "tg"

    def _incoming(self, payload: bytes) -> Incoming:
        text = payload.decode()
        return Incoming(CHAT, text, text, Sender("5", "Ada"), text=text, addressed=text == "question", sent=100)

    def read(self, payload: bytes) -> Incoming | None:
        return None if payload.startswith(b"part") else self._incoming(payload)

    def read_addition(self, payload: bytes) -> Incoming | None:
        return replace(self._incoming(payload), part=True) if payload.startswith(b"part") else None

    def outbox(self, incoming: Incoming) -> _Group:
        assert incoming.chat == CHAT
        return self


@pytest.mark.parametrize(
    "key",
    [joined_thread_key(str(CHAT)), note_key(str(CHAT), "file:5"), note_key(str(CHAT), "last:5")],
)
async def test_a_foreign_key_does_not_prevent_storing_an_event(redis: Redis, inbox: Inbox, key: str) -> None:
    receiver = make_receiver(redis, inbox)
    await redis.rpush(key, "somebody else's")
    for event in ("question", "part", "talk among people"):
        await receiver.receive(_Group(), event.encode())

    assert await inbox.list_waiting(str(CHAT)) == [b"question", b"part"]


THREAD = ChatRef("sl", "T", "C", "50.1")


@dataclass
class _Thread(NoOutbox, Platform):
    """A platform on which all is said in one thread, which the bot has begun if `begun`; `@` names the bot."""

    name: str = "sl"
    begun: bool = False

    def read(self, payload: bytes) -> Incoming:
        text = payload.decode()
        named = text.startswith("@")
        is_deletion, sender = text.startswith("deleted"), Sender("5", "Ada")
        found = Incoming(THREAD, text, text, sender, text.lstrip("@"), addressed=named or self.begun, mentioned=named)
        return replace(
            found,
            replies_to_bot=self.begun and not named,
            sent=int(text[-1]) * 100 if text[-1].isdigit() else 9_000,
            deleted="m1" if is_deletion else "",
            cut_separator="" if text == "@long 1" else None,
        )

    def outbox(self, incoming: Incoming) -> _Thread:
        assert incoming.chat == THREAD
        return self


@pytest.mark.parametrize("begun", [False, True])
async def test_a_thread_is_followed_until_it_is_left_and_again_when_the_bot_is_named(
    redis: Redis, inbox: Inbox, *, begun: bool
) -> None:
    receiver, platform = make_receiver(redis, inbox), _Thread(begun=begun)
    said = ("before 1", "@hi 1", "more 2", "!leave", "quiet 3", "!stop", "@back 4", "more 5")
    for text in said:
        await receiver.receive(platform, text.encode())
    stored = [payload.decode() for payload in await inbox.list_waiting(str(THREAD))]

    assert stored == [*(said[:1] if begun else ()), "@hi 1", "more 2", "!leave", "@back 4", "more 5"]


async def test_where_the_bot_wants_to_be_named_only_commands_pieces_and_deletions_are_not(
    redis: Redis, inbox: Inbox
) -> None:
    await Conversations(redis, messages=6, lifetime=timedelta(days=1)).set_preference("sl:T:C", "follow_ups", "off")
    receiver, platform = make_receiver(redis, inbox), _Thread()
    for text in ("@hi 9", "at once 9", "@long 1", "rest 1", "more 2", "!model", "deleted 3"):
        await receiver.receive(platform, text.encode())

    assert await inbox.list_waiting(str(THREAD)) == [b"@hi 9", b"@long 1", b"rest 1", b"!model"]
    assert await inbox.list_waiting(f"{THREAD}!") == [b"deleted 3"]


@dataclass
class _Chats(NoOutbox, Platform):
    """A platform whose events are `<chat>:<number>`."""

    name: str = "tg"

    def read(self, payload: bytes) -> Incoming:
        text = payload.decode()
        chat = ChatRef("tg", "1", text.partition(":")[0])
        return Incoming(chat, text, text, Sender("5", "Ada"), text=text, addressed=True, direct=True, sent=100)

    def outbox(self, incoming: Incoming) -> _Chats:
        assert incoming.chat.platform == self.name
        return self


class _SlowGate(AccessGate):
    """Lets events of the chat `slow` wait."""

    def __init__(self, redis: Redis, inbox: Inbox) -> None:
        super().__init__(AccessRegister(redis), inbox, "open")
        self.opened = asyncio.Event()

    async def check(self, platform: Platform, incoming: Incoming) -> Access:
        if incoming.chat.chat == "slow":
            await self.opened.wait()
        return await super().check(platform, incoming)


async def test_a_chat_whose_events_wait_holds_up_no_other(redis: Redis, inbox: Inbox) -> None:
    gate = _SlowGate(redis, inbox)
    receiver, platform = make_receiver(redis, inbox, gate), _Chats()
    slow = [asyncio.create_task(receiver.receive(platform, f"slow:{number}".encode())) for number in range(5)]
    await asyncio.sleep(0)  # they begin
    async with asyncio.timeout(60):
        await receiver.receive(platform, b"quick:0")
    assert await inbox.list_waiting("tg:1:slow") == []
    gate.opened.set()
    await asyncio.gather(*slow)

    assert await inbox.list_waiting("tg:1:quick") == [b"quick:0"]
    assert await inbox.list_waiting("tg:1:slow") == [b"slow:0", b"slow:1", b"slow:2", b"slow:3", b"slow:4"]


@pytest.mark.parametrize("limits", [QueueLimits(mailbox=3), QueueLimits(person_messages=3)])
async def test_what_a_flood_goes_on_to_send_is_refused_without_the_store(redis: Redis, limits: QueueLimits) -> None:
    inbox = Inbox(redis, limits=limits)
    receiver, platform = make_receiver(redis, inbox), _Chats()
    for number in range(4):
        await receiver.receive(platform, f"7:{number}".encode())
    before = await _count_commands(redis)
    for number in range(200):
        await receiver.receive(platform, f"7:more {number}".encode())
    asked = await _count_commands(redis) - before

    assert asked < 100  # each try anew asks for a few things, twice a second
    assert await inbox.list_waiting("tg:1:7") == [b"7:0", b"7:1", b"7:2"]
    assert len(await inbox.list_waiting("tg:1:7!full")) == 1


@dataclass
class _Discussion(NoOutbox, Platform):
    """A group whose members write `name second words`; what begins with `@` is for the bot, `…` ends a cut text."""

    name: str = "tg"

    def read(self, payload: bytes) -> Incoming | None:
        found = self.read_any(payload)
        return None if found.part else found

    def read_addition(self, payload: bytes) -> Incoming | None:
        found = self.read_any(payload)
        return found if found.part else None

    def read_any(self, payload: bytes) -> Incoming:
        event, sender, second, words = payload.decode().split(maxsplit=3)
        return Incoming(
            CHAT,
            event,
            event,
            Sender(sender, sender),
            text=words,
            sent=int(second),
            mentioned=words.startswith("@"),
            part=not words.startswith("@"),
            cut_separator="" if words.endswith("…") else None,
        )

    def outbox(self, incoming: Incoming) -> _Discussion:
        assert incoming.chat == CHAT
        return self


async def _take_all(receiver: EventReceiver, events: Sequence[bytes]) -> None:
    place = 0
    while place < len(events):
        place += await receiver.receive(_Discussion(), *events[place:])


def _discuss(dice: random.Random, number: int) -> bytes:
    words = dice.choice(("hello", "a long text…", "the rest", "@bot well?", "@bot this is long…"))
    return f"{number} {dice.choice('abc')} {_NOW + number // 4} {words}".encode()


@pytest.mark.parametrize("seed", range(5))
async def test_events_that_are_taken_together_are_stored_like_single_ones(
    redis: Redis, inbox: Inbox, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same in each run
    events = [_discuss(dice, number) for number in range(80)]
    conversations = Conversations(redis, messages=6, lifetime=timedelta(days=1))
    stored, observed = list[list[bytes]](), list[list[ObservedMessage]]()
    for is_single in (True, False):
        await redis.flushdb()
        await conversations.set_preference(str(CHAT), "observe", "on")
        receiver = make_receiver(redis, inbox)
        for batch in [[event] for event in events] if is_single else [events]:
            await _take_all(receiver, batch)
        stored.append(await inbox.list_waiting(str(CHAT)))
        observed.append(await ObservedMessages(redis).list(str(CHAT), newest=200))

    assert len(stored[0]) > 20
    assert len(observed[0]) > 10
    assert (stored[0], observed[0]) == (stored[1], observed[1])


async def test_a_group_s_messages_to_each_other_ask_the_store_once_for_all(redis: Redis, inbox: Inbox) -> None:
    receiver = make_receiver(redis, inbox)
    events = [f"{number} p{number % 20} {number} hello".encode() for number in range(100)]
    await receiver.receive(_Discussion(), b"first p0 1 hello")
    before = await _count_commands(redis)
    await _take_all(receiver, events)
    asked = await _count_commands(redis) - before

    assert asked <= 4  # two in one trip for the choices, and one that asks how many they were


async def _count_commands(redis: Redis) -> int:
    return (await redis.info("stats"))["total_commands_processed"]
