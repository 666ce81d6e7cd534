"""Ordinary frames, read in one go: the same answer as frame by frame, and nothing else is taken for one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie import Correction, Delta, Finish, ReasoningDelta, TextDelta, WanjieError
from core.wanjie.streaming.plain_frames import TextPiece, is_unfinished, read_plain_frames
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
        "id: 1\revent: error\n" + _frame({"content": "a"}),
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


@pytest.mark.parametrize(
    ("data", "goes_on"),
    [
        (_frame({"content": "a"}) * 3, True),
        (_frame({"content": "a"}).replace('": ', '":') * 3, True),
        (_frame({"content": "a"}) * 3 + _END, False),
        (_frame({"content": "a"}) + "data: [DONE]\n\n", False),
        (_frame({"content": "a"}) + 'data: {"error": {"message": "overloaded"}}\n\n', False),
        ('data: {"choices":[{"delta":{"content":"a"}}]}\n\n', False),
    ],
)
def test_frames_that_say_that_the_answer_goes_on_may_wait(data: str, *, goes_on: bool) -> None:
    assert is_unfinished(data.encode()) is goes_on


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


@pytest.mark.parametrize("reason", ["stop", "length"])
def test_a_whole_answer_that_is_sent_again_behind_the_end_withdraws_no_end(reason: str) -> None:
    words = [f"the word with number {number} " for number in range(5)]
    end = f'data: {{"choices":[{{"delta":{{}},"finish_reason":"{reason}"}}]}}\n\n'
    data = "".join(_frame({"content": word}) for word in words) + end

    text, _, rest, error = _read([data.encode(), _frame({"content": "".join(words)}).encode()])

    assert (text, rest, error) == ("".join(words), [Finish(reason)], None)


_HOSTILE = st.sampled_from(
    [
        *(
            "",
            ": ping\n\n",
            ": ping\n",
            "\n",
            "\r\n",
            "\ufeff",
            "retry: 3\n\n",
            "id: 4\n",
            "id: 5\r",
            "event: message\n",
        ),
        *("data: PING\n\n", "data: [DONE]\n\n", "data: no JSON\n\n", 'data: {"error":{"message":"overloaded"}}\n\n'),
        'event: error\ndata: {"message":"overloaded"}\n\n',
        'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n',
        'data: {"choices":[{"delta":{"content":"end"},"finish_reason":"length"}]}\n\n',
        'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
        'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
        'data: {"choices":[{"delta":{"content":"\\ude0a\\u0000"}}]}\n\n',
        'data: {"choices":[{"delta":{"content":"a","reasoning_content":"b"}}]}\n\n',
        'data: {"choices":[{"message":{"content":"the whole answer"}}]}\n\n',
        'data: {"choices":[{"index":1,"delta":{"content":"another"}}]}\n\n',
        'data: {"choices":[{"delta":{"content":"bare"}}]}\r\n\r\n',
        'data: {"choices":[{"delta":{"content":"mixed"}}]}\r\n\n',
        'data: {"choices":[{"delta":{"content":"one line"}}]}\n',
        '{"choices":[{"delta":{"content":"no field"}}]}\n\n',
    ]
).map(str.encode)
_LONG = "an answer of more than forty characters, sent twice"
_ORDINARY = st.tuples(
    st.sampled_from(["content", "reasoning_content"]),
    st.sampled_from(
        ["a", "好😀", "\n", "<think>", "</think>\n\n", "sandbox-key", "<|im_end|>", _LONG, _LONG + " word", ""]
    ),
).map(lambda piece: f'data: {{"choices":[{{"delta":{{"{piece[0]}":{json.dumps(piece[1])}}}}}]}}\n\n'.encode())


@given(
    frames=st.lists(st.one_of(_ORDINARY, _ORDINARY, _HOSTILE, st.just(b"\xff")), max_size=14),
    cuts=st.lists(st.integers(0, 1000), max_size=4),
)
def test_frames_of_any_form_in_between_are_read_as_byte_by_byte(frames: list[bytes], cuts: list[int]) -> None:
    data = b"".join(frames)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})

    assert _read([data[start:end] for start, end in pairwise(edges)]) == _read(bytes((byte,)) for byte in data)


def _read(pieces: Iterable[bytes]) -> tuple[str, str, list[Delta], str | None]:
    """Return the text, the reasoning, everything else, and the class of the error with which the stream ended."""
    reader = StreamReader(lambda text: text.replace("sandbox-key", "[key]"))
    deltas, error = list[Delta](), None
    try:
        for piece in pieces:
            deltas += reader.feed(piece)
            reader.raise_held_error()
        deltas += reader.finish()
    except WanjieError as broken:
        error = type(broken).__name__
    rest = list[Delta]()
    text = reasoning = ""
    for delta in deltas:
        match delta:
            case TextDelta(more):
                text += more
            case ReasoningDelta(more):
                reasoning += more
            case Correction(whole_reasoning, whole_text):
                text, reasoning = whole_text, whole_reasoning
            case _:
                rest.append(delta)
    return text, reasoning, rest, error
