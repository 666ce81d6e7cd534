"""Ordinary frames, read in one go: the same answer as frame by frame, and nothing else is taken for one."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie import Delta, ReasoningDelta, TextDelta, WanjieError
from core.wanjie.streaming.plain_frames import TextPiece, read_plain_frames
from core.wanjie.streaming.stream_reader import StreamReader

_END = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def _frame(delta: dict[str, object], **fields: object) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
    frame = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(frame | fields, ensure_ascii=False)}\n\n"


def test_frames_of_one_read_are_read_together() -> None:
    data = (
        _frame({"role": "assistant", "content": ""}) + _frame({"reasoning_content": "Hm. "}) + _frame({"content": "好"})
    )

    assert read_plain_frames(data.encode()) == ([TextPiece("", "Hm. "), TextPiece("好", "")], b"")


def test_the_words_of_one_read_are_one_delta() -> None:
    reader = StreamReader()
    reader.feed(_frame({"role": "assistant", "content": ""}).encode())

    assert reader.feed((_frame({"content": "one "}) * 20).encode()) == [TextDelta("one " * 20)]


@pytest.mark.parametrize(
    "data",
    [
        _frame({"content": "a"}, error={"message": "overloaded"}),
        _frame({"content": "a"}, usage={"total_tokens": 3}),
        _frame({"content": "a"}, choices=[]),
        _frame({"content": "a"}, choices=[{"index": 1, "delta": {"content": "b"}}]),
        _frame({"content": "a"}, choices=[{"index": 0, "delta": {"content": "b"}, "finish_reason": "stop"}]),
        _frame({"content": ["a"]}),
        _frame({"content": "a", "reasoning_content": "b"}),
        _frame({"content": "a", "tool_calls": [{"index": 0}]}),
        _frame({"content": "a", "thinking": "b"}),
        _frame({"content": "a\0"}).replace("\0", "\\u0000"),
        _frame({"content": "a"}).replace('"a"', '"\\ud83d"'),
        _frame({"content": "a"})[:-1],
        _frame({"content": "a"}).replace("\n", "\r\n"),
        "id: 1\nevent: error\n" + _frame({"content": "a"}),
        "event: error\n" + _frame({"content": "a"}),
        _frame({"content": "a"}).replace(', "object"', ',\n"object"'),
        ": ping\n\n" + _frame({"content": "a"}),
        "data: [DONE]\n\n",
        "data: {\n\n",
        "\n\n",
        "",
    ],
)
def test_anything_unusual_is_left_to_the_general_reader(data: str) -> None:
    usual = _frame({"content": "a"})

    assert read_plain_frames(data.encode()) == ([], data.encode())
    assert read_plain_frames((usual + data).encode()) == ([TextPiece("a", "")], data.encode())


def test_an_error_behind_ordinary_frames_takes_nothing_from_their_text() -> None:
    reader = StreamReader()
    reader.feed(_frame({"role": "assistant", "content": ""}).encode())
    error = 'data: {"error": {"message": "overloaded"}}\n\n'

    assert reader.feed((_frame({"content": "one "}) * 2 + error).encode()) == [TextDelta("one one ")]
    with pytest.raises(WanjieError):
        reader.raise_held_error()


_TEXTS = st.one_of(
    st.sampled_from(
        ["<think>", "</think>\n\n", "<|im_end|>", "![a](data:image/png;base64,AAAA)", "word ", "\n", "sandbox-key"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
)
_DELTAS = st.lists(st.tuples(st.sampled_from(["content", "reasoning_content"]), _TEXTS), max_size=25)


@given(deltas=_DELTAS, cuts=st.lists(st.integers(0, 6000), max_size=6))
def test_the_answer_is_the_same_as_frame_by_frame(deltas: list[tuple[str, str]], cuts: list[int]) -> None:
    frames = [_frame({field: text}) for field, text in deltas]
    data = "".join([*frames, _END]).encode()
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[start:end] for start, end in pairwise(edges)]
    slow = [f": ping\n{frame}".encode() for frame in [*frames, _END]]

    assert _read(pieces) == _read(slow)


def _read(pieces: list[bytes]) -> tuple[str, str, list[Delta]]:
    reader = StreamReader(lambda text: text.replace("sandbox-key", "[key]"))
    deltas = [delta for piece in pieces for delta in reader.feed(piece)] + reader.finish()
    rest = list[Delta](delta for delta in deltas if not isinstance(delta, TextDelta | ReasoningDelta))
    return (
        "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)),
        "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta)),
        rest,
    )
