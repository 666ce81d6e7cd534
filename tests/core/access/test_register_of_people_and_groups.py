# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""What is decided about people and groups counts on every replica and is written down."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from core.access import AccessRegister, AccessRequest, ClaimResult, Claims, HandoverResult, Known, PersonRecord, Role
from core.access.redis_keys import AUDIT_KEY, CODES_KEY, NOTICES_KEY, PEOPLE_KEY, REQUEST_TIMES_KEY, REQUESTS_KEY
from core.access.register_of_people_and_groups import AuditEntry
from tests.clock import Clock
from tests.core.access.conftest import OWNER

ADA, GROUP = "tg:2", "tg:9:-100"


async def actions(register: AccessRegister) -> list[tuple[str, str, str]]:
    return [(entry.by, entry.action, entry.subject) for entry in reversed(await register.list_audit(10))]


async def test_a_code_works_once(redis: Redis) -> None:
    claims = Claims(redis)
    code = await claims.make_code()
    assert code is not None
    attempts = [
        claims.claim(code.lower().replace("-", " "), f"tg:{number}", PersonRecord("owner")) for number in "1234"
    ]
    results = await asyncio.gather(*attempts)

    assert sorted(result.value for result in results) == ["claimed", "owned", "owned", "owned"]
    owner = f"tg:{results.index(ClaimResult.CLAIMED) + 1}"
    assert await claims.claim(code, "tg:5", PersonRecord("owner")) is ClaimResult.OWNED
    assert await claims.claim(code, owner, PersonRecord("owner")) is ClaimResult.CLAIMED  # the answer may be lost
    assert await claims.make_code() is None
    assert len(await AccessRegister(redis).list_people()) == 1


async def test_every_replica_has_a_code_and_none_is_stored(redis: Redis) -> None:
    first, second = await Claims(redis).make_code(), await Claims(redis).make_code()
    assert first is not None
    stored = str(await redis.zrange(CODES_KEY, 0, -1))

    assert first != second
    assert first.replace("-", "") not in stored
    assert await Claims(redis).claim(first, OWNER, PersonRecord("owner")) is ClaimResult.CLAIMED


async def test_wrong_codes_are_counted_over_all_replicas(redis: Redis) -> None:
    code = await Claims(redis).make_code() or ""
    wrong = [await Claims(redis).claim("AAAAA-AAAAA", ADA, PersonRecord("owner")) for _ in range(11)]

    assert wrong == [ClaimResult.WRONG] * 10 + [ClaimResult.EXHAUSTED]
    assert await Claims(redis).claim(code, OWNER, PersonRecord("owner")) is ClaimResult.EXHAUSTED
    code = await Claims(redis).make_code() or ""
    assert await Claims(redis).claim(code, OWNER, PersonRecord("owner")) is ClaimResult.CLAIMED


async def test_a_change_is_forgotten_after_400_days(redis: Redis, register: AccessRegister) -> None:
    now = int((await redis.time())[0]) * 1000
    for days in (399, 401):
        await redis.delete(AUDIT_KEY)
        await redis.xadd(AUDIT_KEY, {"by": OWNER, "action": "old", "subject": ADA}, id=f"{now - days * 86_400_000}-1")
        await register.set_chat(GROUP, "allowed" if days == 399 else "refused", actor=OWNER)
        kept = [action for _, action, _ in await actions(register)]
        assert ("old" in kept) == (days == 399)
    assert await redis.ttl(AUDIT_KEY) > 399 * 86_400


async def test_a_code_expires(redis: Redis) -> None:
    code = await Claims(redis).make_code() or ""
    await redis.zunionstore(CODES_KEY, {CODES_KEY: 0})

    assert await Claims(redis).claim(code, OWNER, PersonRecord("owner")) is ClaimResult.WRONG


async def test_a_change_counts_at_once_here_and_within_a_second_elsewhere(
    redis: Redis, register: AccessRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, other = Clock(), AccessRegister(redis)
    monkeypatch.setattr("core.access.register_of_people_and_groups.monotonic", clock)
    assert await register.read(ADA, GROUP) == await other.read(ADA, GROUP) == Known()
    await register.set_role(ADA, "blocked", actor=OWNER, record=PersonRecord("blocked", "Ada"))
    await register.set_chat(GROUP, "allowed", actor=OWNER, name="Hike")

    assert await register.read(ADA, GROUP) == Known("blocked", "allowed")
    clock.now += 1
    assert await other.read(ADA, GROUP) == Known("blocked", "allowed")


async def test_those_who_ask_at_the_same_time_share_one_look_at_the_store(
    redis: Redis, register: AccessRegister
) -> None:
    async def count_looks() -> int:
        return (await redis.info("commandstats")).get("cmdstat_exists", {"calls": 0})["calls"]

    before = await count_looks()
    known = await asyncio.gather(*(register.read("tg:7", "tg:1:7") for _ in range(50)))
    looks = await count_looks() - before
    reading = asyncio.create_task(register.read("tg:8", "tg:1:7"))
    await asyncio.sleep(0)
    await register.set_role("tg:8", "blocked", actor=OWNER, record=PersonRecord("blocked"))

    assert len({one.role for one in known}) == 1
    assert looks == 1
    assert (await register.read("tg:8", "tg:1:7")).role == "blocked"
    await reading


async def test_every_change_is_written_down_with_who_and_when(register: AccessRegister) -> None:
    await register.set_role(ADA, "member", actor=OWNER, record=PersonRecord("member", "Ada"))
    await register.set_role(ADA, "admin", actor=OWNER, record=PersonRecord("admin"))
    repeated = [await register.set_chat(GROUP, "refused", actor=ADA) for _ in range(2)]
    await register.set_role(ADA, None, actor=OWNER, record=PersonRecord("member"))
    entry: AuditEntry = (await register.list_audit(1))[0]

    assert await actions(register) == [
        (OWNER, "claimed", OWNER),
        (OWNER, "member", ADA),
        (OWNER, "admin", ADA),
        (ADA, "refused", GROUP),
        (OWNER, "removed", ADA),
    ]
    assert repeated == [True, True]  # the second is another delivery, or a call whose answer was lost
    assert entry.name == "Ada"
    assert entry.at > 1_700_000_000


async def test_nobody_changes_what_they_may_not(register: AccessRegister) -> None:
    await register.set_role(ADA, "admin", actor=OWNER, record=PersonRecord("admin"))
    refused = [
        await register.set_role(OWNER, None, actor=ADA, record=PersonRecord("member")),
        await register.set_role(OWNER, "blocked", actor=OWNER, record=PersonRecord("blocked")),
        await register.set_role("tg:3", "admin", actor=ADA, record=PersonRecord("admin")),
        await register.set_role(ADA, "owner", actor=ADA, record=PersonRecord("owner")),
        await register.set_role("tg:3", "member", actor="tg:4", record=PersonRecord("member")),
    ]

    assert refused == [False] * 5
    assert {name: each.state for name, each in (await register.list_people()).items()} == {OWNER: "owner", ADA: "admin"}
    assert len(await actions(register)) == 2


async def test_strangers_are_told_once_a_day_and_admins_asked_once(register: AccessRegister) -> None:
    request, note = AccessRequest("tg:9:2", "Ada", ADA), register.requests.note_refusal
    answers = await asyncio.gather(*(note(f"u:{ADA}", request, event=each) for each in "12345"))
    again = [await note(f"u:{ADA}", request, event=each) for each in "12345"]

    assert sorted(answers) == [(False, False)] * 4 + [(True, True)]
    assert again == answers  # a process may be killed before anybody is told
    assert await register.requests.list() == {f"u:{ADA}": request}


async def test_a_request_is_decided_once_and_again_for_the_same_event(register: AccessRegister) -> None:
    request, subject = AccessRequest("tg:9:2", "Ada", ADA), f"u:{ADA}"
    await register.requests.note_refusal(subject, request, event="1")
    roles: tuple[tuple[Role, str], ...] = (("member", "7"), ("blocked", "8"), ("member", "7"))
    decided = [
        await register.set_role(ADA, role, actor=OWNER, record=PersonRecord(role, "Ada"), event=event)
        for role, event in roles
    ]

    assert decided == [True, False, True]
    assert [await register.requests.get(subject, event=event) for event in "789"] == [request, None, None]
    assert await actions(register) == [(OWNER, "claimed", OWNER), (OWNER, "member", ADA)]
    assert await register.requests.list() == {}


async def test_requests_are_bounded(register: AccessRegister) -> None:
    request = AccessRequest("tg:9:2")
    answers = [await register.requests.note_refusal(f"u:tg:{number}", request, event="1") for number in range(60)]

    assert sum(is_new for _, is_new in answers) == 50
    assert len(await register.requests.list()) == 50


async def test_what_is_noted_of_strangers_goes_by_itself(redis: Redis, register: AccessRegister) -> None:
    await register.requests.note_refusal("u:tg:7", AccessRequest("tg:9:7", name="Eve"), event="1")
    days = [round(await redis.ttl(key) / 86_400) for key in (NOTICES_KEY, REQUESTS_KEY, REQUEST_TIMES_KEY)]

    assert days == [1, 7, 7]


@pytest.mark.parametrize("left_before", [False, True])
async def test_a_group_takes_its_permission_along(register: AccessRegister, *, left_before: bool) -> None:
    await register.set_chat(GROUP, "allowed", actor=OWNER, name="Hike")
    if left_before:
        await register.set_chat(GROUP, "left", actor=OWNER)
    await register.move_chat(GROUP, "tg:9:-200")

    assert await register.read(ADA, "tg:9:-200") == Known(None, "allowed")
    assert await register.read(ADA, GROUP) == Known()


async def test_records_of_another_version_and_of_other_programs_are_read(
    redis: Redis, register: AccessRegister
) -> None:
    await redis.hset(PEOPLE_KEY, mapping={ADA: '{"state": "member", "later": 1}', "tg:3": "[]", "tg:4": "\xff"})

    assert set(await register.list_people()) == {OWNER, ADA}
    assert (await register.read("tg:3", GROUP)).role is None
    assert await register.set_role("tg:3", "member", actor=OWNER, record=PersonRecord("member"))


async def test_the_owner_hands_the_bot_over_to_an_admin_or_a_member(register: AccessRegister) -> None:
    assert await register.hand_over(ADA, actor=OWNER) is HandoverResult.UNKNOWN
    await register.set_role(ADA, "member", actor=OWNER, record=PersonRecord("member", "Ada", "tg:9:2"))
    assert await register.hand_over(ADA, actor=ADA) is HandoverResult.FORBIDDEN
    assert [await register.hand_over(ADA, actor=OWNER) for _ in range(2)] == [HandoverResult.DONE] * 2
    assert await register.hand_over(OWNER, actor=OWNER) is HandoverResult.FORBIDDEN
    people = await register.list_people()

    assert people == {OWNER: PersonRecord("admin", "Root"), ADA: PersonRecord("owner", "Ada", "tg:9:2")}
    assert (await actions(register))[-1] == (OWNER, "owner", ADA)


async def test_nobody_hands_the_bot_to_somebody_who_is_blocked(register: AccessRegister) -> None:
    await register.set_role(ADA, "blocked", actor=OWNER, record=PersonRecord("blocked"))

    assert await register.hand_over(ADA, actor=OWNER) is HandoverResult.UNKNOWN
