"""What waits behind a message when it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from redis.asyncio import Redis

from core.chat.events.piece_collector import PieceCollector
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.queue import Envelope, Inbox, Job
from core.store import Conversations

CHAT = ChatRef("tg", "1", "7")


def _read(payload: bytes) -> Incoming | None:
    if payload == b"bad":
        raise KeyError("channel")
    return Incoming(CHAT, payload.decode(), "10", Sender("5", "Ada"), text=payload.decode(), direct=True)


async def _save(_: Mapping[str, str]) -> bool:
    return False


async def _absorb(_: Mapping[str, str], envelopes: Sequence[Envelope]) -> bool:
    assert not envelopes
    return False


async def test_a_waiting_event_that_cannot_be_read_does_not_fail_the_message_before_it(
    redis: Redis, inbox: Inbox
) -> None:
    answered: list[str] = []

    async def respond(incoming: Incoming) -> None:
        answered.append(incoming.text)

    for event in ("hello", "bad"):
        await inbox.enqueue(str(CHAT), event, event.encode())
    conversations = Conversations(redis, messages=10, lifetime=timedelta(days=1))
    job = Job(
        lane=str(CHAT),
        event_id="hello",
        payload=b"hello",
        attempt=1,
        state={},
        save_checkpoint=_save,
        absorb_envelopes=_absorb,
    )
    await PieceCollector(inbox, conversations).answer(job, _read, respond)

    assert answered == ["hello"]
    assert len(await inbox.list_waiting(str(CHAT))) == 2
