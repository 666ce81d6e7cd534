"""How much of a model was used: amounts, guessed before a call and read from its response after it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from core.wanjie import (
    ChatRequest,
    Completion,
    Correction,
    Delta,
    Finish,
    ReasoningDelta,
    TextDelta,
    ToolCall,
    TranscriptionRequest,
    Usage,
)

from .token_estimates import ANSWER_TOKENS, PICTURE_TOKENS, SECOND_TOKENS, estimate_tokens

_MAX_INPUT_FACTOR, _EXTRA_INPUT_TOKENS = 10, 100_000
"""How far a credible number of input tokens may be above the guess: gateways add prompts, pictures cost much."""
_MAX_OUTPUT_TOKENS = 1_000_000
"""More than any model writes in one answer, its reasoning included."""
_MAX_SECONDS = 86_400
_BYTES_PER_SECOND = 4_000
"""Of a recording: voice messages have some 32 kbit/s."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What one or more calls have used."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    pictures: int = 0
    characters: int = 0
    """Of texts that were spoken."""
    seconds: int = 0
    """Of recordings that were transcribed."""

    @property
    def tokens(self) -> int:
        """Everything as tokens: what limits count where no model has a price."""
        media = self.pictures * PICTURE_TOKENS + self.characters + self.seconds * SECOND_TOKENS
        return self.input_tokens + self.output_tokens + media

    def as_counts(self) -> dict[str, int]:
        """Return the counts by name, `tokens` included."""
        return {name: getattr(self, name) for name in _NAMES} | {"tokens": self.tokens}


_NAMES = tuple(field.name for field in fields(Amount))
NOTHING = Amount()


@dataclass(frozen=True, slots=True)
class UsedAmount:
    """What was used, and its cost in millionths."""

    amount: Amount
    cost: int


def estimate_input(request: ChatRequest) -> Amount:
    """Guess what a model reads of a question."""
    texts = (message.content + message.reasoning for message in request.messages)
    calls = sum(estimate_tokens(call.arguments) for message in request.messages for call in message.tool_calls)
    tools = sum(estimate_tokens(f"{tool.description}{tool.parameters}") for tool in request.tools)
    pictures = sum(len(message.images) for message in request.messages)
    return Amount(calls=1, input_tokens=sum(map(estimate_tokens, texts)) + calls + tools + pictures * PICTURE_TOKENS)


def estimate_answer(request: ChatRequest, sent: Amount) -> Amount:
    """Guess what a question, of which `sent` is read, and its answer use together."""
    return replace(sent, output_tokens=request.max_tokens or ANSWER_TOKENS)


def estimate_recording(request: TranscriptionRequest) -> Amount:
    """Guess how long a recording is, from its size."""
    return Amount(calls=1, seconds=math.ceil(len(request.audio) / _BYTES_PER_SECOND))


def read_usage(usage: Usage | None, guess: Amount) -> Amount:
    """Return what a response reports; the guess for each number that is absent, negative or absurd."""
    if usage is None:
        return guess
    most = guess.input_tokens * _MAX_INPUT_FACTOR + _EXTRA_INPUT_TOKENS
    reported = usage.prompt_tokens, usage.completion_tokens
    return replace(
        guess,
        input_tokens=reported[0] if 0 < reported[0] <= most else guess.input_tokens,
        output_tokens=reported[1] if 0 < reported[1] <= _MAX_OUTPUT_TOKENS else guess.output_tokens,
    )


def read_seconds(reported: float | None, guess: Amount) -> Amount:
    """Return the length of a recording as its transcript reports it; the guess if that is absent or absurd."""
    if reported is None or not 0 < reported <= _MAX_SECONDS:
        return guess
    return replace(guess, seconds=math.ceil(reported))


class AnswerMeter:
    """Measures one answer, however it ends."""

    def __init__(self, sent: Amount) -> None:
        """`sent`: what the model reads, see `estimate_input`."""
        self._input = sent
        self._texts = list[str]()
        self._usage: Usage | None = None
        self.has_begun = False
        """Whether anything of the answer has arrived."""

    def add(self, delta: Delta) -> None:
        """Take the next piece of the answer."""
        self.has_begun = True
        match delta:
            case TextDelta() | ReasoningDelta():
                self._texts.append(delta.text)
            case Correction():
                self._texts = [delta.reasoning, delta.text]
            case ToolCall():
                self._texts.append(delta.arguments)
            case Finish():
                self._usage = delta.usage
            case _:  # a picture has its tokens in the usage
                pass

    def add_completion(self, completion: Completion) -> None:
        """Take an answer that came in one piece."""
        self.add(Correction(completion.reasoning, completion.text))
        for call in completion.tool_calls:
            self.add(call)
        self.add(Finish(completion.finish_reason, completion.usage))

    def measure(self) -> Amount:
        """Return what was used so far: as reported if the answer has ended, else by its length."""
        written = estimate_tokens("".join(self._texts))
        return read_usage(self._usage, replace(self._input, output_tokens=written))
