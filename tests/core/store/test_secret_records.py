# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Secrets of a platform: encrypted, with keys that change, and tickets that are good for once."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import cast

from cryptography.fernet import Fernet
from redis.asyncio import Redis

from core.store import SecretRecords

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


async def stored(redis: Redis) -> dict[bytes, bytes]:
    return await cast("Awaitable[dict[bytes, bytes]]", redis.hgetall("secrets:slack"))


async def test_a_record_is_kept_encrypted_until_it_is_deleted(redis: Redis) -> None:
    records = SecretRecords(redis, "slack", [OLD])
    await records.put("T1", "xoxb-1")
    await records.put("T2", "xoxb-2")

    assert await records.list() == {"T1": "xoxb-1", "T2": "xoxb-2"}
    assert not any(b"xoxb" in value for value in (await stored(redis)).values())
    await records.delete("T1", "T9")
    await records.delete()
    assert [await records.get("T1"), await records.get("T2")] == [None, "xoxb-2"]


async def test_a_key_may_be_taken_away_once_everything_is_encrypted_with_the_next_one(redis: Redis) -> None:
    await SecretRecords(redis, "slack", [OLD]).put("T1", "xoxb-1")
    assert await SecretRecords(redis, "slack", [NEW]).get("T1") is None
    both = SecretRecords(redis, "slack", [NEW, OLD])
    await both.reseal()
    resealed = await stored(redis)
    await both.reseal()

    assert await SecretRecords(redis, "slack", [NEW]).get("T1") == "xoxb-1"
    assert await SecretRecords(redis, "slack", [OLD]).list() == {}
    assert await stored(redis) == resealed


async def test_a_ticket_is_taken_once_and_only_its_digest_is_stored(redis: Redis) -> None:
    records = SecretRecords(redis, "slack", [OLD])
    await records.issue("state-1", timedelta(minutes=10))
    keys = cast("list[bytes]", await redis.keys("secrets:slack:ticket:*"))

    assert b"state-1" not in b"".join(keys)
    assert 590 < await redis.ttl(keys[0]) <= 600
    assert [await records.take("state-1"), await records.take("state-1"), await records.take("state-2")] == [
        True,
        False,
        False,
    ]
