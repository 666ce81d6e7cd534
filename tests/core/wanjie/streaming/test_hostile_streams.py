"""Streams that no sane model writes: the work on each piece stays that of reading the piece, and all is bounded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from core.wanjie import (
    Correction,
    Delta,
    Finish,
    ImageDelta,
    ReasoningDelta,
    TextDelta,
    ToolCall,
    UnreadableAnswerError,
    WanjieError,
)
from core.wanjie.streaming import sse, stream_reader
from core.wanjie.streaming.stream_reader import StreamReader

_SLICE_BYTES = 8_192
STOP = b'\n\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'


def frame(delta: object, **choice: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": None, **choice}]}).encode() + b"\n\n"


def text(content: str) -> bytes:
    return frame({"content": content})


def tool(index: int | None, name: str | None = None, arguments: str = "", **fields: object) -> bytes:
    call: dict[str, Any] = {"index": index, "function": {"name": name, "arguments": arguments}, **fields}
    return frame({"tool_calls": [call]})


def image(data: str = "iVBORw0KGgo=") -> str:
    return f"data:image/png;base64,{data}"


def read(data: bytes) -> tuple[list[Delta], float, float]:
    """Read a stream and its end; return the deltas, and the seconds of the longest slice and of all."""
    reader, deltas, longest = StreamReader(tool_names=("draw",)), list[Delta](), 0.0
    began = time.process_time()
    for start in range(0, len(data), _SLICE_BYTES):
        if reader.is_done:
            break
        before = time.process_time()
        deltas += reader.feed(data[start : start + _SLICE_BYTES])
        longest = max(longest, time.process_time() - before)
    if not reader.is_done:
        deltas += reader.feed(STOP)
    deltas += reader.finish()
    return deltas, longest, time.process_time() - began


def length(deltas: list[Delta]) -> int:
    """Count the characters that an answer brings to whoever reads it."""
    total = 0
    for delta in deltas:
        match delta:
            case TextDelta(words) | ReasoningDelta(words):
                total += len(words)
            case ToolCall(identity, name, arguments):
                total += len(identity) + len(name) + len(arguments)
            case Correction(reasoning, words):
                total += len(reasoning) + len(words)
            case _:
                total += 1
    return total


MANY = 5_000
STREAMS: dict[str, Callable[[], bytes]] = {
    "tool calls": lambda: b"".join(tool(number, "draw", "{}", id=f"id{number}") for number in range(MANY)),
    "tool calls without index": lambda: b"".join(tool(None, "draw", "{}", id=f"id{n}") for n in range(MANY)),
    "names of one call": lambda: b"".join(tool(0, f"draw{number}") for number in range(MANY)),
    "arguments of one call": lambda: tool(0, "draw") + tool(0, None, "{" * 100) * MANY,
    "a long id": lambda: tool(0, "draw", "{}", id="i" * 1_000_000),
    "white space": lambda: text(" ") * MANY * 2,
    "reasons": lambda: frame({"content": "a"}, finish_reason="length" * 10_000) * 50,
    "closing tags in a fence": lambda: text("```\n") + text("\n</think>\n\n") * MANY,
    "closing tags after an opening": lambda: text("a <think>") + text("\n</think>\n\n") * MANY,
    "a text of closing tags": lambda: text("a <think>" + "\n</think>\n\n" * 30_000),
    "beginnings of images": lambda: text("![" * 150_000),
    "addresses of images": lambda: text("data:image/a;base64," * 15_000),
    "addresses of images in a fence": lambda: text("```" + "data:image/a;base64," * 15_000),
    "tags of images": lambda: text('<img src="data:image/a;base64,' * 10_000),
    "small images": lambda: text(f"![]({image()})" * 8_000),
    "images beside the text": lambda: frame({"images": [{"image_url": {"url": image()}}] * 100}) * 50,
    "end tokens": lambda: text("<|im_end|>") * MANY,
    "a text of end tokens": lambda: text("<|im_end|>" * 30_000),
    "lines of one event": lambda: b"data: {\n" + b"data: {}\n" * MANY,
    "written calls": lambda: text("<tool_call>" + "<parameter=x>" * 20_000),
    "blocks of written calls": lambda: text("<tool_call>{}</tool_call>" * 15_000),
    "arguments of written calls": lambda: text(
        "<|tool_calls_section_begin|>" + "functions.draw:0<|tool_call_argument_begin|>{" * 6_000
    ),
    "a growing text that changes": lambda: (
        b"".join(text("abcdefghij" * times) for times in (*range(3, 30), 10_000)) + text("z") * MANY
    ),
    "a repeated message": lambda: text("a" * 300_000) + b'data: {"choices":[{"message":{"content":"a"}}]}\n\n' * MANY,
    "choices": lambda: (
        frame({"content": "a"}, index=0)[:-4] + b',{"index":1,"delta":{"content":"b"}}' * 10_000 + b"]}\n\n"
    ),
    "halves of characters": lambda: text("\ud83d") * MANY,
    "frames without content": lambda: frame({}) * MANY,
    "an image without end": lambda: text("![](data:image/png;base64," + "A" * 5_000_000),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_piece_costs_what_reading_it_costs(name: str) -> None:
    data = STREAMS[name]()
    try:
        deltas, longest, seconds = read(data)
    except WanjieError:
        return

    assert length(deltas) < 1_000_000
    assert sum(isinstance(delta, ImageDelta) for delta in deltas) <= 32
    assert sum(isinstance(delta, ToolCall) for delta in deltas) <= 64
    # Some 20 ms a slice, some 0.3 s in all; what grows with the stream takes minutes.
    assert longest < 2
    assert seconds < 10


@pytest.mark.parametrize(
    "data",
    [
        b"data: " + b"a" * 1_000_000,
        b"data: a\n" * 200_000,
        b"{" + b" " * 1_000_000,
        b"data: " + b"[" * 50_000 + b"]" * 50_000 + b"\n\n",
        b'data: {"choices":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001 + b"\n\n",
        b"[" * 50_000 + b"]" * 50_000,
        b'event: error\ndata: {"error":' + b"[" * 50_000 + b"\n\n",
    ],
    ids=["line", "lines", "document", "nested frame", "nested choices", "nested document", "nested error"],
)
def test_what_has_no_end_or_no_bottom_is_an_error_of_wanjie(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "_MAX_EVENT_LENGTH", 900_000)
    monkeypatch.setattr(stream_reader, "_MAX_DOCUMENT_BYTES", 900_000)

    with pytest.raises(WanjieError) as broken:
        read(data)
    assert len(broken.value.excerpt) <= 500


def test_an_answer_ends_with_the_bytes_that_one_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_reader, "_MAX_STREAM_BYTES", 100_000)

    with pytest.raises(UnreadableAnswerError, match="without end"):
        read(frame({}) * 5_000)


def test_an_answer_of_many_images_ends_with_its_last_one() -> None:
    deltas, _, _ = read(frame({"images": [{"image_url": {"url": image()}}]}) * 100)

    assert [type(delta) for delta in deltas] == [ImageDelta] * 32 + [Finish]
    assert deltas[-1] == Finish("length")


def test_an_answer_of_many_calls_ends_with_its_last_one() -> None:
    deltas, _, _ = read(b"".join(tool(number, "draw", "{}") for number in range(100)))

    assert len(deltas) == 65
    assert deltas[-1] == Finish("length")


def test_no_field_brings_half_a_character() -> None:
    data = (
        tool(0, "dr\ud83d", '{"a": "\ud83d', id="\udc00")
        + tool(0, None, '\ude0a"}')
        + frame({}, finish_reason="tool_calls\ud83d")
    )
    reader = StreamReader()
    deltas = [*reader.feed(data), *reader.finish()]

    assert deltas == [ToolCall("\ufffd", "dr\ufffd", '{"a": "\U0001f60a"}'), Finish("tool_calls")]
    with pytest.raises(WanjieError) as broken:
        StreamReader().feed(b'data: {"error": {"message": "\\ud83d", "code": "\\ud83d"}}\n\n')
    assert (broken.value.excerpt + broken.value.code).encode()
