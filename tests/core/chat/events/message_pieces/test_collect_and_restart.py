"""What waits behind a message when it is answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from redis.asyncio import Redis

from core.chat.events.message_pieces.collect_and_restart import PieceCollector, read_waiting
from core.chat.port.incoming import ChatRef, Choice, Incoming, Sender
from core.queue import Envelope, Inbox, Job
from core.store import Conversations

CHAT = ChatRef("tg", "1", "7")


def _read(payload: bytes) -> Incoming | None:
    if payload == b"bad":
        raise KeyError("channel")
    return _message(payload.decode())


def _message(text: str) -> Incoming:
    return Incoming(CHAT, text, "10", Sender("5", "Ada"), text=text, direct=True)


async def _save(_: Mapping[str, str]) -> bool:
    return False


async def _absorb(_: Mapping[str, str], envelopes: Sequence[Envelope]) -> bool:
    assert not envelopes
    return False


def _make_job(event: str) -> Job:
    return Job(
        lane=str(CHAT),
        event_id=event,
        payload=event.encode(),
        attempt=1,
        state={},
        save_checkpoint=_save,
        absorb_envelopes=_absorb,
    )


def _make_collector(redis: Redis, inbox: Inbox) -> PieceCollector:
    return PieceCollector(inbox, Conversations(redis, messages=10, lifetime=timedelta(days=1)))


async def test_a_waiting_event_that_cannot_be_read_does_not_fail_the_message_before_it(
    redis: Redis, inbox: Inbox
) -> None:
    answered: list[str] = []

    async def respond(incoming: Incoming) -> None:
        answered.append(incoming.text)

    for event in ("hello", "bad"):
        await inbox.enqueue(str(CHAT), event, event.encode())
    await _make_collector(redis, inbox).answer(_make_job("hello"), _message("hello"), _read, respond)

    assert answered == ["hello"]
    assert len(await inbox.list_waiting(str(CHAT))) == 2


async def test_each_event_that_waits_is_read_once_however_many_come(redis: Redis, inbox: Inbox) -> None:
    times, job = Counter[bytes](), _make_job("event 0")
    events, seen = [f"event {number}" for number in range(20)], asyncio.Event()

    def read(payload: bytes) -> Incoming | None:
        times[payload] += 1
        seen.set()
        return _read(payload)

    async def respond(_: Incoming) -> None:
        for event in events[1:]:
            seen.clear()
            await inbox.enqueue(str(CHAT), event, event.encode())
            job.news.set()
            async with asyncio.timeout(60):
                await seen.wait()

    await inbox.enqueue(str(CHAT), events[0], events[0].encode())
    await _make_collector(redis, inbox).answer(job, _message(events[0]), read, respond)

    assert times == dict.fromkeys((event.encode() for event in events[1:]), 1)


async def test_a_press_is_not_compared_with_those_that_wait(redis: Redis, inbox: Inbox) -> None:
    times, answered = Counter[bytes](), list[str]()

    def read(payload: bytes) -> Incoming:
        times[payload] += 1
        return Incoming(CHAT, payload.decode(), "10", Sender("5", "Ada"), choice=Choice("retry", "1"))

    async def respond(incoming: Incoming) -> None:
        answered.append(incoming.event_id)

    for event in ("first", "second"):
        await inbox.enqueue(str(CHAT), event, event.encode())
    job = _make_job("first")
    job.news.set()
    await _make_collector(redis, inbox).answer(job, read(b"first"), read, respond)

    assert answered == ["first"]
    assert times == {b"first": 1}


async def test_others_have_their_turn_while_much_is_read_that_waits() -> None:
    events = [Envelope(f"{number}", b"x" * 40_000) for number in range(10)]
    turns = 0

    async def work() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    found = await read_waiting(events, _read)
    working.cancel()

    assert [envelope for envelope, _ in found] == events
    assert turns == len(events) - 1
