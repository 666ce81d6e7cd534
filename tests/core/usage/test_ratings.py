# pyright: reportUnknownMemberType=false, reportGeneralTypeIssues=false
# redis-py leaves the options of its commands untyped.
"""Ratings are counted by model."""

from __future__ import annotations

from redis.asyncio import Redis

from core.usage import FeedbackCounters
from core.usage.ratings import ModelFeedback


async def test_a_count_that_another_program_has_overwritten_begins_anew(redis: Redis) -> None:
    feedback = FeedbackCounters(redis)
    await feedback.record("kimi", before=0, after=1)
    await redis.hset("feedback", mapping={"+kimi": "\\xff", "-other": "1.5", "?": "x"})

    assert await feedback.list() == []
    await feedback.record("kimi", before=0, after=1)
    await feedback.record("kimi", before=-1, after=1)
    assert await feedback.list() == [ModelFeedback("kimi", good=2, bad=0)]
