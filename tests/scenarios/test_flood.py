"""One person floods a platform, and strangers get their answers all the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bots.sandbox.harness import ServiceHarness
from tests.benchmarks.flood import flood_group, flood_mentions, flood_topics, measure_victims
from tests.scenarios.conversation_steps import asked

_CONVERSATIONS, _BACKLOG = 60, 1000
_MAX_OF_A_PERSON = 8
_LONGEST_WAIT = 120.0
"""Seconds: how long it takes is for the benchmarks to say; here it counts who else was served before."""


@pytest.mark.parametrize("flood", [flood_topics, flood_mentions])
async def test_strangers_are_answered_at_once_while_one_person_asks_everywhere(
    harness: ServiceHarness, flood: Callable[[ServiceHarness, int], Awaitable[None]]
) -> None:
    waited = await measure_victims(harness, lambda harness: flood(harness, _CONVERSATIONS), 0.5, _LONGEST_WAIT)

    assert None not in waited
    assert len(asked(harness)) <= _MAX_OF_A_PERSON + len(waited)


async def test_a_stranger_behind_a_flood_that_waits_at_telegram_is_answered_at_once(harness: ServiceHarness) -> None:
    waited = await measure_victims(harness, lambda harness: flood_group(harness, _BACKLOG), 0, _LONGEST_WAIT)

    assert None not in waited
    assert len(asked(harness)) <= _MAX_OF_A_PERSON + len(waited)
