"""Twenty people who ask at once in one Telegram group, within its twenty messages a minute."""

from __future__ import annotations

import asyncio
import time

from bots.sandbox.persona import Persona

from .numbered_answers import answer_numbered, ask_number, is_exact, time_requests
from .running import running
from .table import Row, spread

_ASKERS = 20
_TOKENS, _TOKENS_PER_SECOND = 300, 50.0
_TIMEOUT = 150.0


async def measure_busy_group() -> list[Row]:
    """Let twenty people ask one question each."""
    async with running() as (harness, _):
        harness.wanjie.script.answer = lambda messages: answer_numbered(messages, _TOKENS)
        harness.wanjie.script.tokens_per_second = _TOKENS_PER_SECOND
        first = harness.group()
        people: list[Persona] = [first, *(harness.joining(first, f"Asker {number}") for number in range(1, _ASKERS))]
        begun = time.monotonic()
        for number, person in enumerate(people):
            await person.say(ask_number(number))
        answered = await asyncio.gather(*(_wait(person, number) for number, person in enumerate(people)))
        asked = time_requests(harness)
        seen = [event for event in harness.telegram.timeline(first.chat.id) if event.kind == "reaction" and event.text]
        marked = [event.at - begun for event in seen]
        refused = harness.telegram.floods
    exact = [at - begun for at in answered if at]
    return [
        Row(f"Telegram, a group of {_ASKERS} who ask at once"),
        Row("  complete replies", str(len(exact)), aim=f"{_ASKERS}"),
        spread("  question -> answered (s)", exact, digits=1),
        Row("  all answered after (s)", f"{max(exact):.1f}", aim="< 70"),
        Row("  last question -> model (s)", f"{max(asked) - begun:.1f}", aim="< 30"),
        Row(f"  {_marks(marked)}"),
        Row("  calls refused for being too many", str(refused), aim="0"),
    ]


async def _wait(person: Persona, number: int) -> float | None:
    """Return when the whole answer stands; None when it never came."""
    try:
        await person.until(lambda: is_exact(person, number, _TOKENS), _TIMEOUT)
    except TimeoutError:
        return None
    return time.monotonic()


def _marks(marked: list[float]) -> str:
    return f"{len(marked)} reactions, the last after {max(marked, default=0):.1f} s"
