# pyright: reportUnknownMemberType=false
# PyAV leaves the overloads of its decoders partly untyped.
"""What scenario tests say about voice notes."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import av

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona, Post
from tests.scenarios.conversation_steps import echo, says

PACE = 5
"""Characters that the simulated models speak in a second."""
SENTENCE = "This is a sentence that says its number, {}. "


def notes(persona: Persona) -> list[Post]:
    """The bot's messages that can be heard."""
    return [post for post in persona.posts() if post.kind in {"voice", "audio"}]


async def hears(persona: Persona, count: int = 1, seconds: float = 120.0) -> Post:
    """Wait until there are so many notes; return the newest."""
    try:
        await persona.until(lambda: len(notes(persona)) >= count, seconds)
    except TimeoutError:
        raise AssertionError(f"{persona.title} has {len(notes(persona))} notes, and says {persona.answers()}") from None
    found = notes(persona)
    assert len(found) == count
    return found[-1]


def length(sound: bytes) -> float:
    """Seconds of a sound that can be decoded."""
    with av.open(io.BytesIO(sound), "r") as container:
        return sum(frame.samples / frame.rate for frame in container.decode(container.streams.audio[0]))


def spoken(harness: ServiceHarness) -> list[dict[str, Any]]:
    """What was asked of speech models so far, in the order of the pieces."""
    return [call.body for call in harness.wanjie.requests if call.path.endswith("/audio/speech")]


async def asked_to_speak(harness: ServiceHarness, seconds: float = 120.0) -> None:
    """Wait until a speech model is asked."""
    async with asyncio.timeout(seconds):
        while not spoken(harness):  # noqa: ASYNC110 - the simulated Wanjie tells nobody of its requests
            await asyncio.sleep(0.02)


async def talking(persona: Persona, harness: ServiceHarness, question: str = "hello") -> str:
    """Make sure that there is a conversation (on Slack a thread has to be opened first); return the newest answer."""
    harness.wanjie.script.answer = echo
    await persona.say(question)
    return await says(persona, f"answer to {question}")
