# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""What waits, what a running job has stored and what was given up, with and without keys."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from core.queue import DeadLetters, Inbox, QueueKeys
from core.queue.lane_claims import ClaimedJob, LaneClaims
from core.redis.text_cipher import PLAIN_TEXTS, EncryptedTexts, TextCipher

OLD, NEW = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in range(2))
_SECRET = b"heliotrope"
_FIELDS = {"text": "a heliotrope", "pages": "[]"}


async def _enqueue(redis: Redis, cipher: TextCipher, *events: str) -> None:
    for event in events:
        await Inbox(redis, cipher=cipher).enqueue("lane", event, b'{"text": "heliotrope %s"}' % event.encode())


async def _claim(redis: Redis, cipher: TextCipher, name: str) -> tuple[LaneClaims, ClaimedJob]:
    claims = LaneClaims(redis, QueueKeys(), name, cipher)
    await claims.prepare()
    (entry,) = await claims.take_over(1, idle=0) or await claims.read(1, wait=1)
    claimed = await claims.start(entry)
    assert claimed is not None
    return claims, claimed


async def _dump(redis: Redis) -> bytes:
    """Everything that the store holds, in its own format: short values stand in it as they are."""
    await redis.config_set("rdbcompression", "no")
    return b"".join([bytes(await redis.dump(key) or b"") for key in await redis.keys()])


async def test_nothing_that_was_said_can_be_read_in_the_queue(redis: Redis) -> None:
    cipher = EncryptedTexts([NEW])
    await _enqueue(redis, cipher, "1", "2", "3")
    inbox = Inbox(redis, cipher=cipher)
    claims, claimed = await _claim(redis, cipher, "one")
    await claims.checkpoint(claimed.claim, _FIELDS)
    (_, second, _) = await inbox.list_envelopes("lane")
    await claims.absorb(claimed.claim, {"pieces": "heliotrope"}, [second])
    running = await _dump(redis)
    await claims.finish(claimed, dead=True)
    letters = DeadLetters(redis, inbox, cipher=cipher)
    (letter,) = [letter async for letter in letters.list_all()]

    assert second.payload == b'{"text": "heliotrope 2"}'
    assert letter.envelope.payload == b'{"text": "heliotrope 1"}'
    assert [envelope.event_id for envelope in await inbox.list_envelopes("lane")] == ["3"]
    assert _SECRET not in running + await _dump(redis)
    assert not (await letters.retry(letter)).is_refused
    assert (await inbox.list_waiting("lane"))[1] == letter.envelope.payload


@pytest.mark.parametrize(("before", "after"), [([], [NEW]), ([OLD], [NEW, OLD]), ([OLD], [OLD])])
async def test_a_job_goes_on_after_keys_were_set_or_changed(
    redis: Redis, before: Sequence[str], after: Sequence[str]
) -> None:
    old, new = (EncryptedTexts(keys) if keys else PLAIN_TEXTS for keys in (before, after))
    await _enqueue(redis, old, "1")
    claims, claimed = await _claim(redis, old, "one")
    await claims.checkpoint(claimed.claim, _FIELDS)
    claims, claimed = await _claim(redis, new, "two")

    assert claimed.envelope.payload == b'{"text": "heliotrope 1"}'
    assert claimed.state == _FIELDS
    assert await claims.finish(claimed)


async def test_what_no_key_opens_is_kept_for_whoever_finds_the_key(redis: Redis) -> None:
    await _enqueue(redis, EncryptedTexts([OLD]), "1")
    claims, claimed = await _claim(redis, EncryptedTexts([OLD]), "one")
    await claims.checkpoint(claimed.claim, _FIELDS)
    claims, claimed = await _claim(redis, EncryptedTexts([NEW]), "two")
    await claims.finish(claimed, dead=True)
    lost, found = EncryptedTexts([NEW]), EncryptedTexts([NEW, OLD])
    (letter,) = [letter async for letter in DeadLetters(redis, Inbox(redis), cipher=lost).list_all()]
    await DeadLetters(redis, Inbox(redis, cipher=lost), cipher=lost).retry(letter)

    assert claimed.state == {}
    assert _SECRET not in claimed.envelope.payload
    assert await Inbox(redis, cipher=found).list_waiting("lane") == [b'{"text": "heliotrope 1"}']
