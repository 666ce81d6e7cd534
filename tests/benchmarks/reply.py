"""One question and its answer, timed from outside: by what the simulators were sent and what they showed."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Step
from bots.sandbox.slack.persona import SlackSeat
from bots.sandbox.telegram.persona import TelegramSeat

_WORD = re.compile(r"\bw(\d+)\b")
_PARAGRAPH = 60
_PATIENCE = 30.0


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


def stands(seat: TelegramSeat | SlackSeat, tokens: int) -> bool:
    """Whether the screen shows an `answer` of so many tokens: each word once, in order."""
    return [int(number) for text in seat.answers() for number in _WORD.findall(text)] == list(range(tokens))


async def ask(stage: Stage, seat: TelegramSeat | SlackSeat, tokens: int) -> Reply:
    """Ask in a conversation that is new, and time the answer of so many tokens. Raises TimeoutError."""
    stage.wanjie.script.answer = lambda _: answer(tokens)
    number, before = len(stage.wanjie.sent), time.monotonic()
    await seat.say("Count, please.")
    await seat.until(lambda: stands(seat, tokens), _PATIENCE)
    asked = [request.time for request in stage.wanjie.requests if request.path.endswith("/chat/completions")][number]
    sent = [at for at, _ in stage.wanjie.sent[number]]
    seen = _seen(seat.steps())
    return Reply(
        question_out=asked - before,
        first_word=seen[0] - sent[0],
        lags=[there - gone for gone, there in zip(sent, seen, strict=True)],
        calls=_calls(stage, seat),
    )


def _seen(steps: Sequence[Step]) -> list[float]:
    """For each word, when it first stood on the screen."""
    times: list[float] = []
    for step in steps:
        times += [step.at] * (_words(step.text) - len(times))
    return times


def _words(text: str) -> int:
    return max((int(number) + 1 for number in _WORD.findall(text)), default=0)


def _calls(stage: Stage, seat: TelegramSeat | SlackSeat) -> int:
    if isinstance(seat, TelegramSeat):
        return sum(str(call.values.get("chat_id")) == str(seat.chat.id) for call in stage.telegram.calls)
    return sum(seat.channel.id in {call.args.get("channel"), call.args.get("channel_id")} for call in stage.slack.calls)
