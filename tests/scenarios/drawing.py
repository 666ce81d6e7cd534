"""What scenario tests do and say about pictures."""

import asyncio
from collections.abc import Callable
from typing import Any

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Post, Seat
from bots.sandbox.wanjie.script import MODELS
from tests.scenarios.saying import echo, says

AGAIN, VARIATION = "Again", "Variation"
FLUX, OTHER = "Flux.1-Schnell", "gpt-image-1"
FOX = "a red fox in the snow"
CHINESE = "雪地里的一只红狐狸"
SMALL = "--size 64x64"


async def begun(seat: Seat, stage: Stage) -> None:
    """Make sure that there is a conversation; on Slack a thread has to be opened first."""
    stage.wanjie.script.answer = echo
    stage.wanjie.script.models = (*MODELS, OTHER)
    await seat.say("hello")
    await says(seat, "answer to hello")
    stage.wanjie.requests.clear()


async def drawn(seat: Seat, count: int = 1, seconds: float = 20.0) -> Post:
    """Wait until there are so many posts, with the buttons of the newest; return that one."""
    try:
        await seat.until(lambda: len(seat.posts()) >= count and seat.posts()[-1].caption and _dressed(seat), seconds)
    except TimeoutError:
        raise AssertionError(f"{len(seat.posts())} posts, {seat.buttons()}, {seat.answers()}") from None
    return seat.posts()[-1]


async def upstream(predicate: Callable[[], object]) -> None:
    """Wait for something that happens at Wanjie alone, where no platform notices it."""
    async with asyncio.timeout(20):
        while not predicate():  # noqa: ASYNC110 - the simulator sets no event
            await asyncio.sleep(0.01)


def _dressed(seat: Seat) -> bool:
    return [label.split()[-1] for label in seat.buttons()] == [AGAIN, VARIATION]


def orders(stage: Stage) -> list[dict[str, Any]]:
    """What image models were asked for."""
    return [call.body for call in stage.wanjie.requests if call.path.endswith("/images/generations")]


def made(stage: Stage, prompt: str, width: int = 64, height: int = 64, count: int = 1) -> tuple[bytes, ...]:
    return tuple(stage.wanjie.script.picture(prompt, number, width, height) for number in range(count))
