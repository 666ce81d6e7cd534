"""What scenario tests do and say about pictures."""

import asyncio
from collections.abc import Callable
from typing import Any

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona, Post
from bots.sandbox.wanjie.scripted_behaviour import MODELS
from tests.scenarios.conversation_steps import echo, says

AGAIN, VARIATION = "Again", "Variation"
FLUX, OTHER = "Flux.1-Schnell", "gpt-image-1"
FOX = "a red fox in the snow"
CHINESE = "雪地里的一只红狐狸"
SMALL = "--size 64x64"


async def begun(persona: Persona, harness: ServiceHarness) -> None:
    """Make sure that there is a conversation; on Slack a thread has to be opened first."""
    harness.wanjie.script.answer = echo
    harness.wanjie.script.models = (*MODELS, OTHER)
    await persona.say("hello")
    await says(persona, "answer to hello")
    harness.wanjie.requests.clear()


async def drawn(persona: Persona, count: int = 1, seconds: float = 120.0) -> Post:
    """Wait until there are so many posts, with the buttons of the newest; return that one."""
    try:
        await persona.until(
            lambda: len(persona.posts()) >= count and persona.posts()[-1].caption and _dressed(persona), seconds
        )
    except TimeoutError:
        raise AssertionError(f"{len(persona.posts())} posts, {persona.buttons()}, {persona.answers()}") from None
    return persona.posts()[-1]


async def upstream(predicate: Callable[[], object]) -> None:
    """Wait for something that happens at Wanjie alone, where no platform notices it."""
    async with asyncio.timeout(60):
        while not predicate():  # noqa: ASYNC110 - the simulator sets no event
            await asyncio.sleep(0.01)


def _dressed(persona: Persona) -> bool:
    return [label.split()[-1] for label in persona.buttons()] == [AGAIN, VARIATION]


def orders(harness: ServiceHarness) -> list[dict[str, Any]]:
    """What image models were asked for."""
    return [call.body for call in harness.wanjie.requests if call.path.endswith("/images/generations")]


def made(harness: ServiceHarness, prompt: str, width: int = 64, height: int = 64, count: int = 1) -> tuple[bytes, ...]:
    return tuple(harness.wanjie.script.picture(prompt, number, width, height) for number in range(count))
