"""Many questions at once: each has a number, and the words of its answer bear that number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.canned_answers import Messages, get_last_question

_QUESTION = re.compile(r"#(\d+)")
_WORD = re.compile(r"\bq(\d+)w(\d+)\b")
_WORDS_OF_PARAGRAPH = 60


@dataclass(frozen=True, slots=True)
class NumberedReply:
    """Times in seconds."""

    asked_at: float
    """When the first word was sent by the model."""
    first_word: float
    """From the model's first token to the first words on the screen."""
    lags: list[float]
    """For each token, from the model's sending it to the screen's showing it."""


def ask_number(number: int) -> str:
    """Return the question with this number."""
    return f"Count, please. #{number}"


def answer_numbered(messages: Messages, tokens: int) -> str:
    """Answer the last question of `messages` with so many words, in paragraphs."""
    number = _QUESTION.findall(get_last_question(messages))[-1]
    words = [f"q{number}w{place}" for place in range(tokens)]
    starts = range(0, tokens, _WORDS_OF_PARAGRAPH)
    return "\n\n".join(" ".join(words[start : start + _WORDS_OF_PARAGRAPH]) for start in starts)


def is_exact(persona: Persona, number: int, tokens: int) -> bool:
    """Whether the screen shows each word of this answer once, in order."""
    return _places(persona.answers(), number) == list(range(tokens))


def time_replies(harness: ServiceHarness, personas: Iterable[Persona]) -> dict[int, NumberedReply]:
    """Time what has been shown to `personas`, each in a chat of its own, by number."""
    sent, seen = _sent_times(harness), dict[int, list[float]]()
    for persona in personas:
        for step in persona.steps():
            for number, place in _find_words(step.text):
                times = seen.setdefault(number, [])
                times += [step.at] * (place + 1 - len(times))
    return {
        number: NumberedReply(
            asked_at=sent[number][0],
            first_word=times[0] - sent[number][0],
            lags=[there - gone for gone, there in zip(sent[number], times, strict=False)],
        )
        for number, times in seen.items()
    }


def time_requests(harness: ServiceHarness) -> list[float]:
    """List when questions reached the model."""
    return [request.time for request in harness.wanjie.requests if request.path.endswith("/chat/completions")]


def _sent_times(harness: ServiceHarness) -> dict[int, list[float]]:
    """By number, when the model sent each word; of an answer that was asked for again, the last time."""
    sent = defaultdict[int, list[float]](list)
    for tokens in harness.wanjie.sent:
        text = "".join(token for _, token in tokens)
        if found := _WORD.search(text):
            sent[int(found[1])] = [at for at, _ in tokens]
    return sent


def _places(texts: Iterable[str], number: int) -> list[int]:
    return [place for text in texts for of, place in _find_words(text) if of == number]


def _find_words(text: str) -> list[tuple[int, int]]:
    return [(int(number), int(place)) for number, place in _WORD.findall(text)]
