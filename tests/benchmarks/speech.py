"""Texts spoken on demand: what our side adds to the model's time, and what a voice note costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona

from .running import running
from .table import Row, spread
from .usage import Meter, Stopwatch

_PERSONAS: dict[str, Callable[[ServiceHarness], TelegramPersona | SlackPersona]] = {
    "Telegram, OGG/Opus": ServiceHarness.private,
    "Slack, MP3": ServiceHarness.direct,
}
_CHARACTERS = 200
"""The simulated model speaks them in 40 seconds, about as a person does in Chinese."""
_UPSTREAM = 0.5
"""Seconds from the request to the model's answer."""
_PAUSE = 1.2
"""Seconds between two notes of a chat, so that no rate limit is measured."""
_TIMEOUT = 30.0


@dataclass(slots=True)
class _Samples:
    first: list[float] = field(default_factory=list[float])
    again: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])


async def measure_speech(count: int) -> list[Row]:
    """Have `count` texts spoken on each platform, each one twice."""
    samples = {name: _Samples() for name in _PERSONAS}
    async with running() as (harness, meter):
        harness.wanjie.script.speech_delay = _UPSTREAM
        for name, begin in _PERSONAS.items():
            persona = begin(harness)
            await _speak(persona, "The first of all opens connections.")
            for number in range(count):
                await _measure(persona, meter, _text(name, number), samples[name])
    return _rows(samples)


async def _measure(persona: TelegramPersona | SlackPersona, meter: Meter, text: str, samples: _Samples) -> None:
    await asyncio.sleep(_PAUSE)
    with Stopwatch(meter) as used:
        samples.first.append(await _speak(persona, text) - _UPSTREAM)
    samples.cpu.append(used.service)
    await asyncio.sleep(_PAUSE)
    samples.again.append(await _speak(persona, text))


async def _speak(persona: TelegramPersona | SlackPersona, text: str) -> float:
    """Seconds from the command to the note that stands in the chat. Raises TimeoutError."""
    count, begun = len(persona.posts()), time.monotonic()
    await persona.say(f"/speak {text}")
    await persona.until(lambda: len(persona.posts()) > count, _TIMEOUT)
    return time.monotonic() - begun


def _text(name: str, number: int) -> str:
    """A text of its own for each note."""
    words = f"{name} {number} " + "says what the wind has told the leaves in autumn, " * 5
    return words[: _CHARACTERS - 1].rstrip(" ,").ljust(_CHARACTERS - 1, "h") + "."


def _rows(samples: dict[str, _Samples]) -> list[Row]:
    def block(title: str, row: Callable[[str, _Samples], Row]) -> list[Row]:
        return [Row(title), *(row(f"  {name}", found) for name, found in samples.items())]

    return [
        *block(
            f"/speak of {_CHARACTERS} characters, above the model's time (ms)",
            lambda name, found: spread(name, [1000 * one for one in found.first], digits=0),
        ),
        *block(
            "the same again, in all (ms)",
            lambda name, found: spread(name, [1000 * one for one in found.again], digits=0),
        ),
        *block(
            f"CPU of the service per /speak of {_CHARACTERS} characters (s)",
            lambda name, found: spread(name, found.cpu, digits=2),
        ),
    ]
