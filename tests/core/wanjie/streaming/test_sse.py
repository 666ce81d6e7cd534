"""Events out of bytes that the network has cut."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie import UnreadableAnswerError
from core.wanjie.streaming.sse import ServerSentEvent, SseDecoder

LINES = st.sampled_from(
    [
        "data: 您好 😊",
        "data:x",
        "data",
        "data: {\u2028\x85}",
        "id: 7",
        "id",
        "event: error",
        ": ping",
        "retry: 9",
        "",
        "",
    ]
)


def decode(pieces: list[str]) -> list[ServerSentEvent]:
    decoder = SseDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.flush()


def decode_bytes(pieces: list[bytes]) -> list[ServerSentEvent]:
    decoder = SseDecoder()
    return [event for piece in pieces for event in decoder.feed_bytes(piece)] + decoder.flush()


def cut(draw: st.DrawFn, length: int) -> list[int]:
    places = draw(st.lists(st.integers(0, length), max_size=12))
    return [0, *sorted(places), length]


@st.composite
def streams(draw: st.DrawFn) -> tuple[str, list[str]]:
    """The text of a stream with mixed line ends, and the same text in pieces."""
    lines = draw(st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r", "\r\n"])), max_size=20))
    text = "".join(line + end for line, end in lines)
    places = cut(draw, len(text))
    return text, [text[start:end] for start, end in pairwise(places)]


@given(streams())
def test_events_do_not_depend_on_where_the_text_was_cut(stream: tuple[str, list[str]]) -> None:
    text, pieces = stream

    assert decode(pieces) == decode([text])
    assert decode(list(text)) == decode([text])


@given(streams(), st.data())
def test_events_do_not_depend_on_where_the_bytes_were_cut(stream: tuple[str, list[str]], data: st.DataObject) -> None:
    whole = stream[0].encode()
    places = data.draw(st.lists(st.integers(0, len(whole)), max_size=12).map(sorted))
    bounds = [0, *places, len(whole)]
    pieces = [whole[start:end] for start, end in pairwise(bounds)]

    assert decode_bytes(pieces) == decode([stream[0]])


def test_a_line_of_many_pieces_is_read_in_linear_time() -> None:
    decoder = SseDecoder()
    # A second of work; an hour if each piece were put to those before it.
    events = [event for piece in ("data: ", *["x" * 64] * 250_000, "\n\n") for event in decoder.feed(piece)]

    assert [len(event.data) for event in events] == [16_000_000]


@pytest.mark.parametrize("piece", ["x" * 1_000_000, "data: x\n" * 125_000])
def test_an_endless_event_is_refused(piece: str) -> None:
    decoder = SseDecoder()

    with pytest.raises(UnreadableAnswerError):
        deque(map(decoder.feed, [piece] * 65), maxlen=0)


@given(streams())
def test_line_ends_make_no_difference(stream: tuple[str, list[str]]) -> None:
    text = stream[0].replace("\r\n", "\n").replace("\r", "\n")

    assert decode([text.replace("\n", "\r\n")]) == decode([text])
    assert decode([text.replace("\n", "\r")]) == decode([text])


def test_an_event_has_joined_lines_and_fields() -> None:
    events = decode(["id: 3\nevent: note\ndata: one\ndata:two\ndata:  three\n\n"])

    assert events == [ServerSentEvent("one\ntwo\n three", "note", "3")]


def test_an_id_persists_until_the_next_and_an_event_name_does_not() -> None:
    events = decode(["id: 3\nevent: note\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"])

    assert events == [
        ServerSentEvent("a", "note", "3"),
        ServerSentEvent("b", "message", "3"),
        ServerSentEvent("c", "message", ""),
    ]


def test_comments_and_blank_lines_are_not_events() -> None:
    assert decode([": keep-alive\n\n\n\nevent: note\n\nid: 1\0\n\n"]) == []


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_an_event_is_returned_with_the_piece_that_completes_it(end: str) -> None:
    decoder = SseDecoder()

    assert decoder.feed(f"data: a{end}") == []
    assert decoder.feed(end) == [ServerSentEvent("a")]
    assert decoder.flush() == []


@pytest.mark.parametrize("tail", ["", "\n", "\r\n", "\n\n"])
def test_an_event_without_a_final_blank_line_is_returned_at_the_end(tail: str) -> None:
    assert decode([f"data: [DONE]{tail}"]) == [ServerSentEvent("[DONE]")]


def test_a_byte_order_mark_is_not_part_of_the_first_line() -> None:
    assert decode_bytes([b"\xef\xbb", b"\xbfdata: a\n\n"]) == [ServerSentEvent("a")]


def test_invalid_bytes_do_not_stop_the_stream() -> None:
    assert decode_bytes([b"data: a\xff\n\ndata: b\xe6"]) == [ServerSentEvent("a\ufffd"), ServerSentEvent("b\ufffd")]
