"""How fast events are stored durably: the inbox over the embedded Redis, in this process."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

from core.queue import EnqueueResult, Inbox
from core.redis import EmbeddedRedis, connect

from .table import Row, percentile

_ALONE, _TOGETHER = 2000, 10_000
_TASKS = 100
_PER_LANE = 40
"""Fewer than a mailbox takes."""
_MILLISECONDS = 1000


async def measure_intake(share: float) -> list[Row]:
    """Store `share` of the usual number of events, one after the other and then by a hundred tasks at once."""
    with tempfile.TemporaryDirectory(prefix="wanjie-bench-") as folder:
        async with EmbeddedRedis(Path(folder)) as url:
            client = connect(url)
            inbox = Inbox(client)
            alone = [await _accept(inbox, "alone", number) for number in range(int(share * _ALONE))]
            count = int(share * _TOGETHER)
            begun = time.monotonic()
            await asyncio.gather(*(_some(inbox, range(task, count, _TASKS)) for task in range(_TASKS)))
            rate = count / (time.monotonic() - begun)
            await client.aclose()
    middle, high = (f"{_MILLISECONDS * percentile(alone, percent):.2f}" for percent in (50, 99))
    return [
        Row("one event stored durably, p50 and p99 (ms)", middle, high),
        Row(f"events stored a second, by {_TASKS} tasks", f"{rate:.0f}"),
    ]


async def _some(inbox: Inbox, numbers: range) -> None:
    for number in numbers:
        await _accept(inbox, "together", number)


async def _accept(inbox: Inbox, name: str, number: int) -> float:
    begun = time.monotonic()
    accepted = await inbox.enqueue(f"tg:1:{name}{number // _PER_LANE}", f"{number}", _event(number))
    if accepted is not EnqueueResult.STORED:
        raise RuntimeError(f"event {number} was not stored: {accepted.value}")
    return time.monotonic() - begun


def _event(number: int) -> bytes:
    """About as long as a message of a few sentences is on Telegram."""
    person = {"id": 1001, "is_bot": False, "first_name": "Ada", "language_code": "en"}
    message = {"message_id": number, "from": person, "chat": {"id": 1001, "type": "private"}, "text": "word " * 60}
    return json.dumps({"update_id": number, "message": message}).encode()
