"""Amounts: what a response reports, as far as it can be believed, and else a guess."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.json_reader import load_json
from core.usage.call_amounts import Amount, AnswerMeter, estimate_answer, estimate_input, read_seconds, read_usage
from core.wanjie import ChatMessage, ChatRequest, Correction, Finish, TextDelta, ToolCall, Usage
from core.wanjie.responses import parse_chunk, parse_transcript

GUESS = Amount(calls=1, input_tokens=50, output_tokens=7)
REQUEST = ChatRequest("kimi-k2", (ChatMessage("user", "Hello there!"),))


@pytest.mark.parametrize(
    ("reported", "counted"),
    [
        ('{"prompt_tokens": 40, "completion_tokens": 9}', (40, 9)),
        ('{"prompt_tokens": 40.0, "completion_tokens": 9}', (40, 9)),
        ('{"prompt_tokens": 60000, "completion_tokens": 90000}', (60_000, 90_000)),
        ("null", (50, 7)),
        ("{}", (50, 7)),
        ("[]", (50, 7)),
        ('{"prompt_tokens": null, "completion_tokens": 9}', (50, 9)),
        ('{"prompt_tokens": -40, "completion_tokens": -9}', (50, 7)),
        ('{"prompt_tokens": NaN, "completion_tokens": Infinity}', (50, 7)),
        ('{"prompt_tokens": "40", "completion_tokens": true}', (50, 7)),
        ('{"prompt_tokens": 1e300, "completion_tokens": 9999999999999999999999}', (50, 7)),
        ('{"prompt_tokens": 9000000, "completion_tokens": 9}', (50, 9)),
    ],
)
def test_a_reported_usage_counts_as_far_as_it_is_credible(reported: str, counted: tuple[int, int]) -> None:
    chunk = parse_chunk(load_json(f'{{"choices": [], "usage": {reported}}}'))
    amount = read_usage(chunk.usage, GUESS)

    assert (amount.input_tokens, amount.output_tokens) == counted


@given(prompt=st.integers(), completion=st.integers())
def test_no_report_makes_an_amount_negative_or_absurd(prompt: int, completion: int) -> None:
    amount = read_usage(Usage(prompt, completion, 0), GUESS)

    assert 0 < amount.input_tokens <= 1_000_000
    assert 0 < amount.output_tokens <= 1_000_000


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"text": "hi", "usage": {"type": "duration", "seconds": 12}}, 12),
        ({"text": "hi", "duration": 3.2}, 4),
        ({"text": "hi"}, 60),
        ({"text": "hi", "duration": -3.2}, 60),
        ({"text": "hi", "duration": float("nan")}, 60),
        ({"text": "hi", "duration": "3"}, 60),
        ({"text": "hi", "usage": {"seconds": 1e12}}, 60),
    ],
)
def test_the_length_of_a_recording_is_reported_or_guessed(body: dict[str, object], seconds: int) -> None:
    transcript = parse_transcript(json.loads(json.dumps(body)))

    assert read_seconds(transcript.seconds, Amount(calls=1, seconds=60)) == Amount(calls=1, seconds=seconds)


def test_an_answer_without_a_report_counts_by_its_length() -> None:
    meter = AnswerMeter(estimate_input(REQUEST))
    meter.add(TextDelta("lost " * 100))
    meter.add(Correction("thinking ", "an answer "))
    meter.add(TextDelta("of some words"))
    meter.add(ToolCall("1", "draw", '{"prompt": "a fox"}'))
    cut = meter.measure()
    meter.add(Finish("stop", Usage(3, 900, 903)))

    assert cut == Amount(
        calls=1, input_tokens=4, output_tokens=len('thinking an answer of some words{"prompt": "a fox"}') // 4 + 1
    )
    assert meter.measure() == Amount(calls=1, input_tokens=3, output_tokens=900)


def test_a_reserve_holds_what_the_model_reads_and_an_ordinary_answer() -> None:
    shown = ChatRequest("m", (ChatMessage("user", "字" * 10, images=("data:",)),))

    assert estimate_answer(REQUEST, estimate_input(REQUEST)) == Amount(calls=1, input_tokens=4, output_tokens=1_000)
    assert estimate_answer(shown, estimate_input(shown)).input_tokens == 1_011


def test_everything_counts_as_tokens_where_nothing_has_a_price() -> None:
    assert Amount(5, 10, 20, pictures=2, characters=7, seconds=3).tokens == 10 + 20 + 2_000 + 7 + 96
