"""What scenario tests say about answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from core.chat.text.translations import Translations

_NOTHING = "Nothing is being written"


def beginning(key: str, **values: object) -> str:
    """The beginning of a sentence of the service's, up to where platforms show it each in their way."""
    return Translations().text(key, "en", **values).partition("`")[0].strip()


def words(count: int, name: str = "w") -> str:
    """A text of `count` words, each different, in paragraphs of sixty."""
    parts = [f"{name}{number}" for number in range(count)]
    return "\n\n".join(" ".join(parts[start : start + 60]) for start in range(0, count, 60))


def shown(persona: Persona) -> list[str]:
    """All words that the bot's messages show now."""
    return " ".join(persona.answers()).split()


def echo(messages: Sequence[dict[str, Any]]) -> str:
    """An answer that names the last question."""
    return f"answer to {messages[-1]['content'].split(': ')[-1]}"


async def shows(persona: Persona, text: str, seconds: float = 120.0) -> None:
    """Wait until the bot's messages show exactly the words of `text`."""
    try:
        await persona.until(lambda: shown(persona) == text.split(), seconds)
    except TimeoutError:
        raise AssertionError(f"{persona.title} shows {_brief(persona)}, not {text[:60]!r}") from None


async def says(persona: Persona, part: str, seconds: float = 120.0) -> str:
    """Wait until one of the bot's messages contains `part`; return the newest that does."""
    found: Callable[[], list[str]] = lambda: [answer for answer in persona.answers() if part in answer]  # noqa: E731
    try:
        return (await persona.until(found, seconds))[-1]
    except TimeoutError:
        raise AssertionError(f"{persona.title} shows {_brief(persona)}, which does not say {part!r}") from None


async def stops_nothing(persona: Persona) -> None:
    """Ask to stop until nothing is being written any more: a job ends a moment after its last words are shown."""
    for count in range(1, 20):
        await persona.say("/stop")
        await persona.until(lambda: sum("Stopped" in each or _NOTHING in each for each in persona.answers()) >= count)  # noqa: B023
        if any(_NOTHING in answer for answer in persona.answers()):
            return
    raise AssertionError(f"{persona.title} is still being answered")


def _brief(persona: Persona) -> list[str]:
    return [text if len(text) < 120 else f"{text[:50]} … {text[-50:]}" for text in persona.answers()]


def asked(harness: ServiceHarness) -> list[list[dict[str, Any]]]:
    """The message lists of all chat requests so far."""
    return [call.body["messages"] for call in harness.wanjie.requests if call.path.endswith("/chat/completions")]


async def until_asked(harness: ServiceHarness, count: int, seconds: float = 120.0) -> None:
    """Wait for so many chat requests."""
    async with asyncio.timeout(seconds):
        while len(asked(harness)) < count:  # noqa: ASYNC110 - the simulator tells nobody of requests
            await asyncio.sleep(0.02)


async def until_question(harness: ServiceHarness, fits: Callable[[dict[str, Any]], object]) -> None:
    """Wait until the last message of some chat request fits."""
    async with asyncio.timeout(120):
        while not any(fits(messages[-1]) for messages in asked(harness)):  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.02)


async def until_taken(harness: ServiceHarness) -> None:
    """Wait until the service has stored all that people have done."""
    async with asyncio.timeout(120):
        while harness.telegram.unconfirmed or len(harness.slack.acks) < len(harness.slack.socket.sent):  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.02)


async def until_abandoned(harness: ServiceHarness, seconds: float = 120.0) -> None:
    """Wait until one of the model's answers was given up."""
    async with asyncio.timeout(seconds):
        while harness.wanjie.abandoned != 1:  # noqa: ASYNC110 - the simulator tells nobody
            await asyncio.sleep(0.02)


def last_asked(harness: ServiceHarness) -> list[str]:
    """What the newest chat request says, without instructions and without the names of who said it."""
    return [message["content"].split(": ")[-1] for message in asked(harness)[-1] if message["role"] != "system"]


def floods(harness: ServiceHarness) -> int:
    """How many calls were refused for being too many."""
    return harness.telegram.floods + sum(harness.slack.floods.values())
