"""A flood by one person or by a group, and how long a stranger waits for the first words meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona

from .reply import answer
from .running import simulators
from .table import Row
from .usage import Meter, Stopwatch

_TOPICS, _MANY_TOPICS, _MENTIONS, _MESSAGES = 900, 3000, 1100, 3000
_PRESSES, _PRESSERS = 4000, 40
_MEMBERS = 20
_TOKENS = 200
_TOKENS_PER_SECOND = 40.0
_HEAD_START = 2.5
"""Seconds before the strangers ask."""
_TIMEOUT = 6.0
"""Seconds, after which the figure says no more than that."""
_AIM = "< 3"


async def measure_flood() -> list[Row]:
    """Flood one platform at a time; a stranger asks in private on each."""
    rows: list[Row] = []
    for name, flood, head_start in (
        (f"{_TOPICS} topics of a Telegram group", flood_topics, _HEAD_START),
        (f"{_MENTIONS} mentions in Slack", flood_mentions, _HEAD_START),
        (f"behind {_MESSAGES} messages of a Telegram group", flood_group, 0),
        (f"behind {_MANY_TOPICS} topics of a Telegram group", partial(flood_topics, count=_MANY_TOPICS), 0),
        (f"behind {_MESSAGES} messages to others in Telegram", flood_discussion, 0),
        (f"behind {_PRESSES} presses in Telegram", flood_presses, 0),
    ):
        async with simulators() as harness:  # whose end kills the service, which would work on
            process = await harness.start()
            await harness.ready()
            with Stopwatch(Meter(process)) as used:
                on_telegram, on_slack = await measure_victims(harness, flood, head_start)
        rows.append(Row(f"first words in Telegram, {name} (s)", _describe(on_telegram), aim=_AIM))
        rows.append(Row(f"first words in Slack, {name} (s)", _describe(on_slack), aim=_AIM))
        rows.append(Row("- CPU time of the service until then (s)", f"{used.service:.2f}"))
    return rows


async def flood_topics(harness: ServiceHarness, count: int = _TOPICS) -> None:
    """Ask in `count` topics of one group, as one person."""
    attacker = harness.group("Flooded", "Mallory")
    attacker.chat.is_forum = True
    for number in range(count):
        topic = harness.telegram.topic(attacker.chat, f"Topic {number}", attacker.person)
        await TelegramPersona(harness.telegram, attacker.person, attacker.chat, topic=topic).say("Count, please.")


async def flood_group(harness: ServiceHarness, count: int = _MESSAGES) -> None:
    """Ask `count` times in one group, as one person; without a head start, all of it is ahead at Telegram."""
    attacker = harness.group("Flooded", "Mallory")
    for number in range(count):
        await attacker.say(f"Count to {number}, please.")


async def flood_discussion(harness: ServiceHarness, count: int = _MESSAGES) -> None:
    """Let people of one group write `count` messages to each other, which the bot gets as one of its administrators."""
    first = harness.group("Talking", "Mallory")
    members = [harness.telegram.user(2000 + number, f"Friend {number}") for number in range(_MEMBERS)]
    for number in range(count):
        members[number % _MEMBERS].say(first.chat, f"Has anybody seen number {number}?")


async def flood_presses(harness: ServiceHarness, count: int = _PRESSES) -> None:
    """Let forty people press a button of one answer, `count` times in all."""
    first = harness.group("Pressing", "Mallory")
    await first.say("Count, please.")
    await first.until(first.buttons)
    answered = harness.telegram.messages(first.chat.id)[-1]
    data = answered.buttons[0]["callback_data"]
    pressers = [harness.telegram.user(2000 + number, f"Friend {number}") for number in range(_PRESSERS)]
    for number in range(count):
        pressers[number % _PRESSERS].call_back(answered, data)


async def flood_mentions(harness: ServiceHarness, count: int = _MENTIONS) -> None:
    """Mention the bot `count` times in one channel, as one person."""
    attacker = harness.thread("flooded", "Mallory")
    for _ in range(count):
        await SlackPersona(harness.slack, attacker.user, attacker.channel).say("Count, please.")


async def measure_victims(
    harness: ServiceHarness,
    flood: Callable[[ServiceHarness], Awaitable[None]],
    head_start: float = _HEAD_START,
    max_seconds: float = _TIMEOUT,
) -> list[float | None]:
    """Return the seconds to the first words of a stranger on Telegram and of one on Slack.

    None for words that did not come within `max_seconds` seconds.
    """
    harness.wanjie.script.answer = lambda _: answer(_TOKENS)
    harness.wanjie.script.tokens_per_second = _TOKENS_PER_SECOND
    await flood(harness)
    await asyncio.sleep(head_start)
    return list(
        await asyncio.gather(
            *(_time_first_words(stranger, max_seconds) for stranger in (harness.private(), harness.direct()))
        )
    )


async def _time_first_words(victim: TelegramPersona | SlackPersona, max_seconds: float) -> float | None:
    begun = time.monotonic()
    await victim.say("Count, please.")
    try:
        await victim.until(lambda: any("w0" in text for text in victim.answers()), max_seconds)
    except TimeoutError:
        return None
    return time.monotonic() - begun


def _describe(seconds: float | None) -> str:
    return f"> {_TIMEOUT:.0f}" if seconds is None else f"{seconds:.2f}"
