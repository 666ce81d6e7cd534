"""Deltas out of the bytes of an answer."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie import (
    Delta,
    Finish,
    KeyRejectedError,
    ReasoningDelta,
    RefusedContentError,
    ServerFaultError,
    StreamBrokenError,
    TextDelta,
    TooManyRequestsError,
    UnreadableAnswerError,
    Usage,
    WanjieError,
)
from core.wanjie.streaming.stream_reader import StreamReader

Fixture = Callable[[str], str]


def read(*pieces: bytes) -> list[Delta]:
    reader = StreamReader()
    return [delta for piece in pieces for delta in reader.feed(piece)] + reader.finish()


def frame(content: str | None = None, *, finish: str | None = None) -> str:
    return "data: " + json.dumps({"choices": [{"delta": {"content": content}, "finish_reason": finish}]}) + "\n\n"


ANSWER = frame("您好") + frame(" 😊") + frame(finish="stop") + "data: [DONE]\n\n"
DELTAS = [TextDelta("您好"), TextDelta(" 😊"), Finish("stop")]


@pytest.mark.parametrize(
    ("name", "deltas"),
    [
        ("python", [ReasoningDelta("\n"), Finish("stop")]),
        ("javascript", [ReasoningDelta("\n"), Finish("stop")]),
        ("csharp", [Finish("stop", Usage(8, 214, 222))]),
    ],
)
def test_each_documented_stream_is_read(fixture_text: Fixture, name: str, deltas: list[Delta]) -> None:
    assert read(fixture_text(f"stream-{name}.sse").encode()) == deltas


@pytest.mark.parametrize("name", ["python", "javascript", "csharp"])
def test_streams_printed_without_blank_lines_are_read_alike(fixture_text: Fixture, name: str) -> None:
    text = fixture_text(f"stream-{name}.sse")

    assert read(text.replace("\n\n", "\n").encode()) == read(text.encode())


@given(st.lists(st.integers(0, len(ANSWER.encode())), max_size=20).map(sorted))
def test_the_answer_does_not_depend_on_where_the_bytes_were_cut(places: list[int]) -> None:
    whole = ANSWER.encode()
    bounds = [0, *places, len(whole)]

    assert read(*(whole[start:end] for start, end in pairwise(bounds))) == DELTAS


@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_bare_error_of_a_gateway_inside_the_stream_is_raised(gap: str) -> None:
    with pytest.raises(RefusedContentError):
        read((frame("a") + 'data: {"choices": []}\n' + gap + '{"error": {"code": "content_filter"}}\n').encode())


@pytest.mark.parametrize(
    "rest", ["<html>502</html>", '{"error": {"message": "x"}}', '{"output": {"text": "a"}}', '{"usa']
)
def test_a_fault_behind_the_end_of_an_answer_is_harmless(rest: str) -> None:
    assert read((frame("a") + frame(finish="stop") + f"data: {rest}\n\n").encode()) == [TextDelta("a"), Finish("stop")]
    with pytest.raises(WanjieError):
        read((frame("a", finish="stop") + f"data: {rest}\n\n" + frame("b", finish="stop")).encode())


def test_a_missing_done_is_harmless() -> None:
    assert read((frame("a") + frame(finish="length")).encode()) == [TextDelta("a"), Finish("length")]


def test_a_missing_finish_reason_is_harmless() -> None:
    assert read((frame("a") + "data: [DONE]\n\n").encode()) == [TextDelta("a"), Finish("stop")]


def test_a_stream_without_done_and_finish_reason_is_broken() -> None:
    reader = StreamReader()

    assert reader.feed(frame("a").encode()) == [TextDelta("a")]
    assert not reader.is_complete
    with pytest.raises(StreamBrokenError):
        reader.finish()


@pytest.mark.parametrize("nothing", [b"", b"\r\n", b": keep-alive\n\n"])
def test_an_empty_stream_is_broken(nothing: bytes) -> None:
    with pytest.raises(StreamBrokenError):
        read(nothing)


def test_data_after_done_is_not_read() -> None:
    assert read((ANSWER + frame("more")).encode()) == DELTAS


@pytest.mark.parametrize(
    "sign", ["data: 7\n\n", "data: {}\n\n", "data: null\n\n", "data:\n\n", "data: ping\n\n", "event: ping\ndata: x\n\n"]
)
def test_a_frame_without_text_is_skipped(sign: str) -> None:
    assert read((frame("您好") + sign + ANSWER.removeprefix(frame("您好"))).encode()) == DELTAS


@pytest.mark.parametrize(
    "bad", ['{"id": "chatcm', "upstream failed", '{"choices":[{"delta":{"content":"x"}}]', "<html>"]
)
def test_a_frame_of_invalid_json_breaks_the_answer(bad: str) -> None:
    with pytest.raises(StreamBrokenError):
        read((frame("您好") + f"data: {bad}\n\n" + ANSWER.removeprefix(frame("您好"))).encode())


def test_a_character_split_between_two_frames_is_joined() -> None:
    torn = 'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n'
    text = torn % "a\\ud83d" + torn % "\\ude0ab" + torn % "\\ude0a" + torn % "\\ud83d" + "data: [DONE]\n\n"

    assert read(text.encode()) == [
        TextDelta("a"),
        TextDelta("😊b"),
        TextDelta("\ufffd"),
        TextDelta("\ufffd"),
        Finish("stop"),
    ]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ('{"error": {"message": "The server had an error", "type": "server_error"}}', ServerFaultError),
        ('{"error": {"message": "slow down", "code": 429}}', TooManyRequestsError),
        ('{"error": "Rate limit reached"}', TooManyRequestsError),
        ('{"error": {"message": "no", "code": "content_filter"}}', RefusedContentError),
        ('{"code": 401, "message": "bad key", "timestamp": 1, "result": null}', KeyRejectedError),
        ('{"choices": null, "error": {"message": "no", "code": "content_filter"}}', RefusedContentError),
        ('{"choices": [{"delta": {"content": "b"}, "error": {"code": 429, "message": "no"}}]}', TooManyRequestsError),
        ('{"base_resp": {"status_code": 1027, "status_msg": "no"}, "choices": []}', RefusedContentError),
        ('{"header": {"code": 10013, "message": "boom", "status": 2}}', ServerFaultError),
        ('[{"error": {"code": 401, "message": "no"}}]', KeyRejectedError),
    ],
)
def test_an_error_inside_the_stream_is_raised(data: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(f"{frame('a')}data: {data}\n\n".encode())


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ('{"message": "no", "type": "x"}', ServerFaultError),
        ("overloaded", TooManyRequestsError),
        ('{"choices": []}', ServerFaultError),
    ],
)
def test_an_error_event_is_an_error_whatever_it_contains(data: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(f"event: error\ndata: {data}\n\n".encode())


@pytest.mark.parametrize("name", ["shell", "csharp"])
def test_a_whole_completion_instead_of_a_stream_is_read(fixture_text: Fixture, name: str) -> None:
    text = fixture_text(f"completion-{name}.json")
    first, finish = read(b"\xef\xbb\xbf \n", *(bytes([byte]) for byte in text.encode()))

    assert isinstance(first, TextDelta)
    assert first.text == json.loads(text)["choices"][0]["message"]["content"]
    assert isinstance(finish, Finish)
    assert finish.usage is not None


def test_a_whole_completion_may_have_reasoning() -> None:
    raw = {"choices": [{"message": {"content": "a", "reasoning_content": "hm"}, "finish_reason": "length"}]}

    assert read(json.dumps(raw).encode()) == [ReasoningDelta("hm"), TextDelta("a"), Finish("length")]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("<html><body>504 Gateway Time-out</body></html>", UnreadableAnswerError),
        ("<!DOCTYPE html>\n<title>data: x</title>", UnreadableAnswerError),
        ('{"error": {"message": "Incorrect API key provided"}}', KeyRejectedError),
        ('{"choices": []}', UnreadableAnswerError),
        ('["data"]', UnreadableAnswerError),
        ('{"choices": [{"message"', UnreadableAnswerError),
    ],
)
def test_a_document_that_is_not_a_completion_is_reported(body: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(body.encode())


def lines(*frames: str) -> str:
    return "".join(f"{frame.removeprefix('data: ').strip()}\n" for frame in frames)


@pytest.mark.parametrize(
    "text",
    [
        lines(frame("您好"), frame(" 😊"), frame(finish="stop")),
        lines(frame("您好"), frame(" 😊"), frame(finish="stop")).replace("\n", "\n\n"),
        "[" + lines(frame("您好"), frame(" 😊"), frame(finish="stop")).strip().replace("\n", ",\n") + "]",
        ANSWER.replace("data: ", "data: data: "),
        ANSWER.replace("[DONE]", '"[DONE]"'),
    ],
)
def test_frames_of_other_framing_are_read(text: str) -> None:
    assert read(text.encode()) == read(*(bytes([byte]) for byte in text.encode())) == DELTAS


@pytest.mark.parametrize("text", [lines(frame("a"), frame("b"), frame("c")), ANSWER.replace("\n\n", "\n")])
def test_events_without_blank_lines_are_read_as_they_arrive(text: str) -> None:
    reader = StreamReader()
    deltas = [reader.feed((line + "\n").encode()) for line in text.splitlines()]

    assert [bool(told) for told in deltas[:3]] == [False, True, True]


def test_an_error_among_json_lines_is_raised() -> None:
    with pytest.raises(TooManyRequestsError):
        read((lines(frame("a")) + '{"error": {"message": "rate limit reached"}}\n').encode())


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("系统繁忙,请稍后再试", TooManyRequestsError),
        ("Internal Server Error", ServerFaultError),
        ("Invalid API key", KeyRejectedError),
        ("event: ping\n", StreamBrokenError),
    ],
)
def test_a_text_instead_of_a_stream_is_reported_with_its_beginning(text: str, error: type[Exception]) -> None:
    for pieces in ([text.encode()], [bytes([byte]) for byte in text.encode()]):
        with pytest.raises(error):
            read(*pieces)


def test_an_endless_document_is_refused() -> None:
    reader = StreamReader()

    with pytest.raises(UnreadableAnswerError):
        deque(map(reader.feed, [b"{" * 1_000_000] * 65), maxlen=0)


def test_an_endless_answer_ends_with_reason_length() -> None:
    reader = StreamReader()
    pieces = [reader.feed(frame("x" * 30_000).encode()) for _ in range(20)]
    text = "".join(delta.text for deltas in pieces for delta in deltas if isinstance(delta, TextDelta))

    assert len(text) == 400_000
    assert reader.is_done
    assert reader.finish() == [Finish("length")]
