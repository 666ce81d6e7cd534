"""What scenario tests say about choosing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from tests.scenarios.saying import echo, says

_QUESTION = re.compile(r"Which (models?|one)|How much|fits \d+ models")


async def begun(seat: Seat, stage: Stage, models: Sequence[str] = ()) -> None:
    """Make sure that there is a conversation; on Slack a thread has to be opened first. The key has `models`."""
    if models:
        stage.wanjie.script.models = tuple(models)
    stage.wanjie.script.answer = echo
    await seat.say("hello")
    await says(seat, "answer to hello")


async def opens(seat: Seat, text: str) -> str:
    """Say `text`, which opens a new menu, and return its title."""
    before = len(titles(seat))
    await seat.say(text)
    return (await seat.until(lambda: titles(seat)[before:]))[-1]


def titles(seat: Seat) -> list[str]:
    """The titles of all menus here, oldest first."""
    return [answer for answer in seat.answers() if _QUESTION.search(answer)]


async def picks(seat: Seat, label: str) -> str:
    """Pick an entry that changes the newest menu's title or entries; return the title."""
    before = (titles(seat)[-1:], seat.choices())
    await seat.choose(label)
    await seat.until(lambda: (titles(seat)[-1:], seat.choices()) != before)
    return titles(seat)[-1]


async def uses(seat: Seat, stage: Stage, model: str, question: str = "who are you") -> None:
    """Ask something, and wait until exactly that model is asked for the answer."""
    await seat.say(question)
    await says(seat, f"answer to {question}")

    asked = [call.body["model"] for call in stage.wanjie.requests if call.path.endswith("/chat/completions")]
    assert asked[-1] == model


def marked(seat: Seat) -> list[str]:
    """The entries of the newest menu that bear a mark."""
    return [choice.removeprefix("✓ ") for choice in seat.choices() if choice.startswith("✓ ")]
