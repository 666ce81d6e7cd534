"""What scenario tests say about answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from core.chat.text.translations import Sentences


def beginning(key: str, **values: object) -> str:
    """The beginning of a sentence of the service's, up to where platforms show it each in their way."""
    return Sentences().say(key, "en", **values).partition("`")[0].strip()


def words(count: int, name: str = "w") -> str:
    """A text of `count` words, each different, in paragraphs of sixty."""
    parts = [f"{name}{number}" for number in range(count)]
    return "\n\n".join(" ".join(parts[start : start + 60]) for start in range(0, count, 60))


def shown(seat: Seat) -> list[str]:
    """All words that the bot's messages show now."""
    return " ".join(seat.answers()).split()


def echo(messages: Sequence[dict[str, Any]]) -> str:
    """An answer that names the last question."""
    return f"answer to {messages[-1]['content'].split(': ')[-1]}"


async def shows(seat: Seat, text: str, seconds: float = 30.0) -> None:
    """Wait until the bot's messages show exactly the words of `text`."""
    try:
        await seat.until(lambda: shown(seat) == text.split(), seconds)
    except TimeoutError:
        raise AssertionError(f"{seat.title} shows {_brief(seat)}, not {text[:60]!r}") from None


async def says(seat: Seat, part: str, seconds: float = 20.0) -> str:
    """Wait until one of the bot's messages contains `part`; return the newest that does."""
    found: Callable[[], list[str]] = lambda: [answer for answer in seat.answers() if part in answer]  # noqa: E731
    try:
        return (await seat.until(found, seconds))[-1]
    except TimeoutError:
        raise AssertionError(f"{seat.title} shows {_brief(seat)}, which does not say {part!r}") from None


def _brief(seat: Seat) -> list[str]:
    return [text if len(text) < 120 else f"{text[:50]} … {text[-50:]}" for text in seat.answers()]


def asked(stage: Stage) -> list[list[dict[str, Any]]]:
    """The message lists of all chat requests so far."""
    return [call.body["messages"] for call in stage.wanjie.requests if call.path.endswith("/chat/completions")]


async def until_asked(stage: Stage, count: int, seconds: float = 20.0) -> None:
    """Wait for so many chat requests."""
    async with asyncio.timeout(seconds):
        while len(asked(stage)) < count:  # noqa: ASYNC110 - the simulator tells nobody of requests
            await asyncio.sleep(0.02)


def last_asked(stage: Stage) -> list[str]:
    """What the newest chat request says, without instructions and without the names of who said it."""
    return [message["content"].split(": ")[-1] for message in asked(stage)[-1] if message["role"] != "system"]


def floods(stage: Stage) -> int:
    """How many calls were refused for being too many."""
    return stage.telegram.floods + sum(stage.slack.floods.values())
