# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Rules of admins count on every replica, are written down, and cost no round trip while they stay the same."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from core.access import AccessRegister, PersonRecord, RuleChange
from core.access.redis_keys import RULES_KEY
from tests.clock import Clock
from tests.core.access.conftest import OWNER

ADA, GROUP = "tg:2", "tg:9:-100"


async def test_a_rule_counts_at_once_here_and_within_a_second_elsewhere(
    redis: Redis, register: AccessRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, other = Clock(), AccessRegister(redis)
    monkeypatch.setattr("core.access.register_of_people_and_groups.monotonic", clock)
    before = await other.read(ADA, GROUP)
    await register.set_rule("models:off", "sora*,kling*", actor=OWNER)

    assert not before.rules.texts
    assert (await register.read(ADA, GROUP)).rules.list_words("models:off") == ("sora*", "kling*")
    clock.now += 1
    assert (await other.read(ADA, GROUP)).rules.texts


async def test_every_change_is_written_down_once_with_who_made_it(register: AccessRegister) -> None:
    for text in ("sora*", "sora*", ""):
        assert await register.set_rule("models:off", text, actor=OWNER) is RuleChange.DONE
    entries = await register.list_audit(2)

    assert [(entry.by, entry.action, entry.subject, entry.name) for entry in entries] == [
        (OWNER, "rule", "models:off", ""),
        (OWNER, "rule", "models:off", "sora*"),
    ]
    assert not (await register.read_rules()).texts


async def test_only_admins_change_rules(register: AccessRegister) -> None:
    await register.set_role(ADA, "member", actor=OWNER, record=PersonRecord("member"))
    assert await register.set_rule("models:off", "*", actor=ADA) is RuleChange.FORBIDDEN
    assert await register.set_rule("models:off", "*", actor="tg:3") is RuleChange.FORBIDDEN
    await register.set_role(ADA, "admin", actor=OWNER, record=PersonRecord("admin"))
    assert await register.set_rule("models:off", "sora*", actor=ADA) is RuleChange.DONE


async def test_rules_are_bounded(redis: Redis, register: AccessRegister) -> None:
    await redis.hset(RULES_KEY, mapping={f"limit:{number}": "5" for number in range(500)})
    await redis.hset(RULES_KEY, "version", "1")

    assert await register.set_rule("models:off", "sora*", actor=OWNER) is RuleChange.FULL
    assert await register.set_rule("limit:3", "6", actor=OWNER) is RuleChange.DONE
    assert await register.set_rule("limit:4", "", actor=OWNER) is RuleChange.DONE
    assert await register.set_rule("models:off", "sora*", actor=OWNER) is RuleChange.DONE


async def test_rules_that_stay_the_same_are_not_read_again(redis: Redis, register: AccessRegister) -> None:
    await register.set_rule("models:off", "sora*", actor=OWNER)
    await register.read(ADA, GROUP)
    calls = (await redis.info("commandstats")).get("cmdstat_hgetall", {"calls": 0})["calls"]
    for number in range(5):
        assert (await register.read(f"tg:{number}", GROUP)).rules.texts

    assert (await redis.info("commandstats"))["cmdstat_hgetall"]["calls"] == calls


async def test_a_key_of_another_program_is_set_aside(redis: Redis, register: AccessRegister) -> None:
    await redis.set(RULES_KEY, "not a hash")

    assert not (await register.read(ADA, GROUP)).rules.texts
    assert await register.set_rule("models:off", "sora*", actor=OWNER) is RuleChange.DONE
