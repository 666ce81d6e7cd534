"""What scenario tests say about choosing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conversation_steps import echo, says

_QUESTION = re.compile(r"Which (models?|one)|How much|\d+ models match")


async def begun(persona: Persona, harness: ServiceHarness, models: Sequence[str] = ()) -> None:
    """Make sure that there is a conversation; on Slack a thread has to be opened first. The key has `models`."""
    if models:
        harness.wanjie.script.models = tuple(models)
    harness.wanjie.script.answer = echo
    await persona.say("hello")
    await says(persona, "answer to hello")


async def opens(persona: Persona, text: str) -> str:
    """Say `text`, which opens a new menu, and return its title."""
    before = len(titles(persona))
    await persona.say(text)
    return (await persona.until(lambda: titles(persona)[before:]))[-1]


def titles(persona: Persona) -> list[str]:
    """The titles of all menus here, oldest first."""
    return [answer for answer in persona.answers() if _QUESTION.search(answer)]


async def picks(persona: Persona, label: str) -> str:
    """Pick an entry that changes the newest menu's title or entries; return the title."""
    before = (titles(persona)[-1:], persona.choices())
    await persona.choose(label)
    await persona.until(lambda: (titles(persona)[-1:], persona.choices()) != before)
    return titles(persona)[-1]


async def uses(persona: Persona, harness: ServiceHarness, model: str, question: str = "who are you") -> None:
    """Ask something, and wait until exactly that model is asked for the answer."""
    await persona.say(question)
    await says(persona, f"answer to {question}")

    asked = [call.body["model"] for call in harness.wanjie.requests if call.path.endswith("/chat/completions")]
    assert asked[-1] == model


def marked(persona: Persona) -> list[str]:
    """The entries of the newest menu that bear a mark."""
    return [choice.removeprefix("✓ ") for choice in persona.choices() if choice.startswith("✓ ")]
