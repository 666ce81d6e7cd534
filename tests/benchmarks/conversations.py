"""One conversation at a time: how soon, how close behind the model, and at what cost an answer is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona

from .reply import Reply, ask
from .running import running
from .table import Row, averaged, spread
from .usage import Meter, Stopwatch

_PERSONAS: dict[str, Callable[[ServiceHarness], TelegramPersona | SlackPersona]] = {
    "Telegram, private chat": ServiceHarness.private,
    "Telegram, group": ServiceHarness.group,
    "Slack, direct message": ServiceHarness.direct,
    "Slack, thread": ServiceHarness.thread,
}
_SHORT, _LONG = 20, 300
"""Tokens."""
_PACE = 30.0
"""Tokens a second."""
_FIRST_TOKEN_DELAY = 0.3
"""Seconds from the request to the first token."""
_SETTLING = 0.5
"""Seconds in which what follows the last word (history, end of the turn) is surely done."""


@dataclass(slots=True)
class _Samples:
    replies: list[Reply] = field(default_factory=list[Reply])
    long: list[Reply] = field(default_factory=list[Reply])
    cpu: list[float] = field(default_factory=list[float])
    redis_cpu: list[float] = field(default_factory=list[float])


async def measure_conversations(short: int, long: int) -> list[Row]:
    """Ask for `short` and `long` answers in each kind of conversation, always a new one.

    Slack lets 20 streams begin in a minute: more than seven short ones would be shown in another way.
    """
    samples = {name: _Samples() for name in _PERSONAS}
    async with running() as (harness, meter):
        harness.wanjie.script.tokens_per_second, harness.wanjie.script.first_token_delay = _PACE, _FIRST_TOKEN_DELAY
        for begin in _PERSONAS.values():
            await ask(harness, begin(harness), 1)  # the first of all opens connections
        for name, begin in _PERSONAS.items():
            for _ in range(short):
                samples[name].replies.append(await ask(harness, begin(harness), _SHORT))
        for name, begin in _PERSONAS.items():
            for _ in range(long):
                await _ask_long(harness, meter, begin(harness), samples[name])
    return _rows(samples)


async def _ask_long(
    harness: ServiceHarness, meter: Meter, persona: TelegramPersona | SlackPersona, samples: _Samples
) -> None:
    await asyncio.sleep(_SETTLING)
    with Stopwatch(meter) as used:
        reply = await ask(harness, persona, _LONG)
        await asyncio.sleep(_SETTLING)
    samples.replies.append(reply)
    samples.long.append(reply)
    samples.cpu.append(used.service)
    samples.redis_cpu.append(used.redis)


def _rows(samples: dict[str, _Samples]) -> list[Row]:
    def block(title: str, row: Callable[[str, _Samples], Row]) -> list[Row]:
        return [Row(title), *(row(f"  {name}", found) for name, found in samples.items())]

    return [
        *block(
            "question in -> request out (ms)",
            lambda name, found: spread(name, [1000 * one.question_out for one in found.replies], "< 8", digits=1),
        ),
        *block(
            "first content token -> visible (ms)",
            lambda name, found: spread(name, [1000 * one.first_word for one in found.replies], "< 2", digits=1),
        ),
        *block(
            "text behind the model's, mean and p95 (s)",
            lambda name, found: averaged(name, [lag for one in found.long for lag in one.lags], "< 0.33", digits=2),
        ),
        *block(
            "last token -> final text (ms)",
            lambda name, found: spread(name, [1000 * one.lags[-1] for one in found.replies], digits=1),
        ),
        *block(
            f"calls per {_LONG}-token reply",
            lambda name, found: spread(name, [one.calls for one in found.long], "< 13"),
        ),
        *block(
            f"CPU of the service per {_LONG}-token reply (s)",
            lambda name, found: spread(name, found.cpu, "< 0.16", digits=2),
        ),
        *block(
            f"CPU of its Redis per {_LONG}-token reply (s)",
            lambda name, found: spread(name, found.redis_cpu, digits=2),
        ),
    ]
