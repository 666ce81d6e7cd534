"""One question and its answer, timed from outside: by what the simulators were sent and what they showed."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Step
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona

_WORD = re.compile(r"\bw(\d+)\b")
_PARAGRAPH = 60
_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """Times in seconds."""

    question_out: float
    """From the user's saying it to the request at Wanjie."""
    first_word: float
    """From the model's first token to the first words on the screen."""
    lags: list[float]
    """For each token, from the model's sending it to the screen's showing it."""
    calls: int
    """Calls of the platform's API that name this chat."""


def answer(tokens: int) -> str:
    """A Markdown text of so many tokens, each a word that tells its number."""
    words = [f"**w{number}**" if number % 20 == 0 else f"w{number}" for number in range(tokens)]
    return "\n\n".join(" ".join(words[start : start + _PARAGRAPH]) for start in range(0, tokens, _PARAGRAPH))


def stands(persona: TelegramPersona | SlackPersona, tokens: int) -> bool:
    """Whether the screen shows an `answer` of so many tokens: each word once, in order."""
    return holds_words(persona.answers(), tokens)


def holds_words(texts: Sequence[str], tokens: int) -> bool:
    """Whether the texts hold so many words, each once, in order."""
    return [int(number) for text in texts for number in _WORD.findall(text)] == list(range(tokens))


def count_words(text: str) -> int:
    """Count the words of an `answer` up to the last one that a text holds."""
    return max((int(number) + 1 for number in _WORD.findall(text)), default=0)


async def ask(harness: ServiceHarness, persona: TelegramPersona | SlackPersona, tokens: int) -> Reply:
    """Ask in a conversation that is new, and time the answer of so many tokens. Raises TimeoutError."""
    harness.wanjie.script.answer = lambda _: answer(tokens)
    number, before = len(harness.wanjie.sent), time.monotonic()
    await persona.say("Count, please.")
    await persona.until(lambda: stands(persona, tokens), _TIMEOUT)
    asked = [request.time for request in harness.wanjie.requests if request.path.endswith("/chat/completions")][number]
    sent = [at for at, _ in harness.wanjie.sent[number]]
    seen = _seen(persona.steps())
    return Reply(
        question_out=asked - before,
        first_word=seen[0] - sent[0],
        lags=[there - gone for gone, there in zip(sent, seen, strict=True)],
        calls=_calls(harness, persona),
    )


def _seen(steps: Sequence[Step]) -> list[float]:
    """For each word, when it first stood on the screen."""
    times: list[float] = []
    for step in steps:
        times += [step.at] * (count_words(step.text) - len(times))
    return times


def _calls(harness: ServiceHarness, persona: TelegramPersona | SlackPersona) -> int:
    if isinstance(persona, TelegramPersona):
        return sum(str(call.values.get("chat_id")) == str(persona.chat.id) for call in harness.telegram.calls)
    return sum(
        persona.channel.id in {call.args.get("channel"), call.args.get("channel_id")} for call in harness.slack.calls
    )
