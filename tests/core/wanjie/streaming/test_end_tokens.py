"""Special tokens are no part of an answer, where a gateway sends them at its end."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie import TextDelta
from core.wanjie.streaming.end_tokens import EndTokenFilter, strip_end_tokens
from core.wanjie.streaming.stream_reader import StreamReader

TOKENS = ("<|im_end|>", "</s>", "<|eot_id|>", "<\uff5cend▁of▁sentence\uff5c>", "<|endoftext|>", "<end_of_turn>")


def read(*pieces: str) -> str:
    reader = StreamReader()
    choices: list[dict[str, object]] = [{"delta": {"content": piece}} for piece in pieces]
    choices.append({"delta": dict[str, object](), "finish_reason": "stop"})
    frames = (f"data: {json.dumps({'choices': [choice]})}\n\n".encode() for choice in choices)
    deltas = [delta for frame in frames for delta in reader.feed(frame)]
    return "".join(delta.text for delta in [*deltas, *reader.finish()] if isinstance(delta, TextDelta))


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("answer", ["Hello.", "你好", "a < b", "if a <", "1 <| 2", ""])
def test_a_token_at_the_end_is_not_shown(answer: str, token: str) -> None:
    assert read(answer + token) == answer
    assert read(answer, token) == answer
    assert read(*answer, *token, "\n") == answer
    assert read(answer, token, token) == answer
    assert strip_end_tokens(answer + token) == answer


@pytest.mark.parametrize(
    "answer",
    [
        "It ends with `</s>`.",
        "It ends with `</s>",
        "```\n<|im_end|>",
        "```\n<|im_end|>\n```",
        "<|im_end|> ends a turn.",
        "<s>old</s>",
        "a </",
        "a <|im_",
        "a <|im_end|",
        "<|im_end|> <|im_start|>",
        "a </strong>",
    ],
)
def test_a_token_that_is_part_of_the_answer_is_shown(answer: str) -> None:
    assert read(answer) == answer
    assert read(*answer) == answer
    assert strip_end_tokens(answer) == answer


@given(
    st.lists(st.sampled_from(["a", "<", "|", " ", "</", "s>", "<|im_end|>", "end", "<|"])), st.lists(st.integers(0, 40))
)
def test_the_filter_loses_nothing_but_the_end(parts: list[str], places: list[int]) -> None:
    whole = "".join(parts)
    cuts = sorted({0, len(whole), *(place for place in places if place < len(whole))})
    tokens = EndTokenFilter()

    shown = "".join(tokens.feed(whole[start:end]) for start, end in pairwise(cuts))

    assert whole == shown + tokens.finish(keep=True)
