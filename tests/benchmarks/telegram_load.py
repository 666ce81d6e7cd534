"""Private chats on Telegram with its limits on: how far the screens are behind, and how soon answers end."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.telegram.state import Event

from .reply import answer, count_words, holds_words
from .running import running
from .table import Row, averaged
from .usage import Stopwatch

_LENGTHS = (5.2, 6.6)
"""Seconds that an answer takes the model: 260 to 330 tokens at 50 a second."""
_FIRST_TOKEN_DELAY = 0.3
_POLL_INTERVAL = 0.1
_TIMEOUT = 120.0
_SETTLING_TIME = 1.0
"""Seconds."""
_COUNT = re.compile(r"Count to (\d+)\. \((\d+)\)\Z")


@dataclass(frozen=True, slots=True)
class Load:
    """So many private chats that ask so many questions one after the other."""

    title: str
    chats: int
    questions: int
    spread: float = 0.0
    """Seconds over which the first questions are spread."""
    pause: float = 0.0
    """Mean of the seconds from the end of an answer to the next question."""
    streams: tuple[str, ...] = ("edit", "auto")
    """Values of `TELEGRAM_STREAM`."""


LOADS = (
    Load("one chat at a time", chats=8, questions=1, spread=64.0, streams=("edit", "draft")),
    Load("50 chats x 2", chats=50, questions=2, spread=6.0, pause=2.0),
    Load("200 chats x 3", chats=200, questions=3, spread=12.0, pause=4.0),
)


@dataclass(slots=True)
class _Samples:
    upstream: list[float] = field(default_factory=list[float])
    first_words: list[float] = field(default_factory=list[float])
    lags: list[float] = field(default_factory=list[float])
    ends: list[float] = field(default_factory=list[float])
    exact: int = 0


@dataclass(frozen=True, slots=True)
class _Question:
    persona: TelegramPersona
    index: int
    """How many answers the chat had before."""
    number: int
    tokens: int
    asked_at: float


async def measure_load(load: Load, stream: str, tokens_per_second: float = 50.0) -> list[Row]:
    """Let everybody ask, with the setting `TELEGRAM_STREAM`, and judge what the simulators saw.

    Fewer tokens a second leave a small machine time for what is measured: the simulators take as much of it as the
    service.
    """
    async with running(TELEGRAM_STREAM=stream) as (harness, meter):
        script = harness.wanjie.script
        script.answer = lambda messages: answer(_read_count(messages)[0])
        script.tokens_per_second, script.first_token_delay = tokens_per_second, _FIRST_TOKEN_DELAY
        await _ask(harness, harness.private(), 0, 1)  # the first of all opens connections
        await asyncio.sleep(_SETTLING_TIME)
        generator = random.Random(load.title)  # noqa: S311 - the same lengths and pauses in every run
        with Stopwatch(meter) as used:
            tokens = [round(seconds * tokens_per_second) for seconds in _LENGTHS]
            people = [
                _converse(harness, load, number, lambda: generator.randint(*tokens), generator)
                for number in range(load.chats)
            ]
            questions = [one for asked in await asyncio.gather(*people) for one in asked]
        samples = _judge(harness, questions)
        floods = harness.telegram.floods
    return _rows(f"{load.title}, {stream}: mean and p95", samples, len(questions), floods, used.service)


async def _converse(
    harness: ServiceHarness, load: Load, chat: int, choose_length: Callable[[], int], generator: random.Random
) -> list[_Question]:
    persona = harness.private()
    await asyncio.sleep(load.spread * chat / load.chats)
    asked: list[_Question] = []
    for number in range(load.questions):
        if number:
            await asyncio.sleep(generator.uniform(0, 2 * load.pause))
        place = 1 + chat * load.questions + number
        asked.append(await _ask(harness, persona, place, choose_length()))
    return asked


async def _ask(harness: ServiceHarness, persona: TelegramPersona, number: int, tokens: int) -> _Question:
    """Ask, and wait until the answer stands; `number` tells the question from all others."""
    question = _Question(persona, len(persona.answers()), number, tokens, time.monotonic())
    await persona.say(f"Count to {tokens}. ({number})")
    async with asyncio.timeout(_TIMEOUT):
        while not _stands(harness, question):  # noqa: ASYNC110 - a test of each change, for each of 200 chats, takes too long
            await asyncio.sleep(_POLL_INTERVAL)
    return question


def _stands(harness: ServiceHarness, question: _Question) -> bool:
    if harness.telegram.draft(question.persona.chat.id) is not None:
        return False
    texts = question.persona.answers()
    return len(texts) > question.index and texts[-1].endswith(f"w{question.tokens - 1}")


def _judge(harness: ServiceHarness, questions: Sequence[_Question]) -> _Samples:
    samples = _Samples()
    asked = [each for each in harness.wanjie.requests if each.path.endswith("/chat/completions")]
    found = {_read_count(each.body["messages"])[1]: number for number, each in enumerate(asked)}
    events: dict[int, list[Event]] = {}
    for question in questions:
        chat = question.persona.chat.id
        events.setdefault(chat, [each for each in harness.telegram.timeline(chat) if each.by_bot and each.text])
        place = found[question.number]
        sent = [at for at, _ in harness.wanjie.sent[place]]
        shown = _select_steps(events[chat], sent[0])
        seen = _list_times(shown, question.tokens)
        samples.upstream.append(asked[place].time - question.asked_at)
        samples.first_words.append(seen[0] - sent[0])
        samples.lags += [there - gone for gone, there in zip(sent, seen, strict=True)]
        end = next(each.at for each in shown if each.kind != "draft" and count_words(each.text) == question.tokens)
        samples.ends.append(end - sent[-1])
        samples.exact += holds_words([question.persona.answers()[question.index]], question.tokens)
    return samples


def _select_steps(events: Sequence[Event], begun: float) -> list[Event]:
    """Select what changed since then, but for messages that stood before: those lose their buttons."""
    older = {each.message_id for each in events if each.at <= begun and each.message_id}
    return [each for each in events if each.at > begun and each.message_id not in older]


def _list_times(steps: Sequence[Event], tokens: int) -> list[float]:
    """For each word, when it first stood on the screen."""
    times: list[float] = []
    for step in steps:
        times += [step.at] * (count_words(step.text) - len(times))
        if len(times) >= tokens:
            break
    return times


def _read_count(messages: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """Return how far the last question asks to count, and its number."""
    said = _COUNT.search(str(messages[-1]["content"]))
    return (int(said[1]), int(said[2])) if said else (1, 0)


def _rows(title: str, samples: _Samples, questions: int, floods: int, cpu: float) -> list[Row]:
    return [
        Row(f"Telegram, {title}"),
        averaged("  question in -> request out (s)", samples.upstream, digits=3),
        averaged("  first token -> visible (s)", samples.first_words, digits=3),
        averaged("  text behind the model's (s)", samples.lags, digits=2),
        averaged("  last token -> final (s)", samples.ends, digits=3),
        Row("  CPU of the service per reply (s)", f"{cpu / questions:.3f}"),
        Row(f"  exact answers of {questions}", str(samples.exact), aim=str(questions)),
        Row("  calls refused for being too many", str(floods), aim="0"),
    ]
