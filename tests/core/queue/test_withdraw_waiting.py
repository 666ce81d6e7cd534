# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""What waits of a person or of a conversation is removed."""

from __future__ import annotations

from redis.asyncio import Redis

from core.queue import FirstMessage, Inbox, LaneKind, Origin, QueueKeys, WaitingMessages

ANN, BOB = Origin("tg:1:7", "tg:1:-5"), Origin("tg:1:8", "tg:1:-5")
KEYS = QueueKeys()


async def list_events(inbox: Inbox, lane: str) -> list[str]:
    return [envelope.event_id for envelope in await inbox.list_envelopes(lane)]


async def test_a_person_s_messages_leave_every_lane_but_those_that_may_have_begun(redis: Redis, inbox: Inbox) -> None:
    aside = LaneKind.BACKGROUND.make_lane("tg:1:-5")
    for lane, event, origin in (
        ("tg:1:-5", "1", BOB),
        ("tg:1:-5", "2", ANN),
        ("tg:1:-5", "3", BOB),
        (aside, "4", BOB),
        (aside, "5", ANN),
        ("tg:1:-6", "6", ANN),
        ("tg:1:-6", "7", ANN),
        ("tg:1:7", "8", ANN),
        ("tg:1:7", "9", ANN),
    ):
        await inbox.enqueue(lane, event, b"words", origin)

    begun = await WaitingMessages(redis, inbox).drop_of_person("tg:1:7", kept_lane="tg:1:7")

    assert begun == [FirstMessage("tg:1:-6", "6")]
    assert await list_events(inbox, "tg:1:-5") == ["1", "3"]
    assert await list_events(inbox, aside) == ["4"]
    assert await list_events(inbox, "tg:1:7") == ["8", "9"]
    share = ANN.make_shares(LaneKind.BACKGROUND)[0]
    assert await redis.hlen(KEYS.waiting_mail(share, 0)) == 0
    assert await redis.hkeys(KEYS.origins(aside)) == [b"4"]


async def test_all_lanes_of_a_conversation_are_emptied_but_the_kept_one(redis: Redis, inbox: Inbox) -> None:
    for kind in LaneKind:
        for event in ("1", "2"):
            await inbox.enqueue(kind.make_lane("tg:1:-5"), f"{event}{kind.value}", b"words", ANN)
    await inbox.enqueue("tg:1:-5:9", "3", b"words", ANN)

    begun = await WaitingMessages(redis, inbox).drop_of_conversation("tg:1:-5", kept_lane="tg:1:-5")

    others = [kind for kind in LaneKind if kind is not LaneKind.CONVERSATION]
    assert {first.event_id for first in begun} == {f"1{kind.value}" for kind in others}
    assert {first.conversation for first in begun} == {"tg:1:-5"}
    assert await list_events(inbox, "tg:1:-5") == ["1", "2"]
    assert await list_events(inbox, "tg:1:-5:9") == ["3"]
