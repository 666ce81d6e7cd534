"""Signs of work, beside words that come and stay away."""

from __future__ import annotations

import asyncio
import time

from core.chat.delivery.activity_indicator import activity_indicator
from core.chat.port.outbox import Activity
from tests.core.chat.outboxes import NoOutbox


class Signs(NoOutbox):
    """Remembers the signs; each takes `seconds` to show."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.shown: list[Activity] = []

    async def show_activity(self, doing: Activity = "writing") -> None:
        self.shown.append(doing)
        await asyncio.sleep(self.seconds if doing != "nothing" else 0)


async def until_shown(signs: Signs, *shown: Activity) -> None:
    async with asyncio.timeout(60):
        while signs.shown[: len(shown)] != list(shown):  # noqa: ASYNC110 - a list has no events
            await asyncio.sleep(0.005)


async def test_a_slow_indicator_is_waited_for_once() -> None:
    signs = Signs(seconds=60)
    async with activity_indicator(signs, "writing") as sign:
        await until_shown(signs, "writing")
        begun = time.monotonic()
        for _ in range(20):
            await sign.postpone()

        assert time.monotonic() - begun < 4, "twenty waits would be six seconds"


async def test_the_indicator_returns_in_a_silence_and_ends_with_words() -> None:
    signs = Signs()
    async with activity_indicator(signs, "writing", max_silence=0.1) as sign:
        await until_shown(signs, "writing")
        await sign.postpone()
        await until_shown(signs, "writing", "writing")
        async with asyncio.timeout(60):
            while "nothing" not in signs.shown:  # words go on; the first ones may come while the sign is under way
                await sign.postpone()
                await asyncio.sleep(0.01)

    assert signs.shown[:2] == ["writing", "writing"]


async def test_steady_words_need_no_indicator() -> None:
    signs = Signs()
    async with activity_indicator(signs, "writing") as sign:
        for _ in range(10):
            await sign.postpone()
            await asyncio.sleep(0.005)

        assert len(signs.shown) <= 1
