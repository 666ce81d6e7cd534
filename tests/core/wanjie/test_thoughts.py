"""Thinking that stands inside an answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie import Delta, Finish, ReasoningDelta, TextDelta
from core.wanjie.answer import AnswerReader
from core.wanjie.thoughts import Thoughts, parted, unthought
from core.wanjie.wire import parse_completion

TAGS = [f"<{slash}{tag}>" for tag in ("think", "thinking", "thought") for slash in ("", "/")]
PIECES = st.lists(
    st.sampled_from([*TAGS, "<", "</", "think", "ing", "thought", ">", " ", "\n", "a", "好"]), max_size=12
)


def in_pieces(pieces: list[str]) -> tuple[str, str]:
    thoughts = Thoughts()
    told = [*map(thoughts.part, pieces), thoughts.end()]
    return "".join(thought for thought, _ in told), "".join(answer for _, answer in told)


@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        ("<think>\nLet me see.\n</think>\n\nFour.\n", "Let me see.\n", "Four.\n"),
        (" \n<think>hm</think>Four", "hm", "Four"),
        ("<think>\n\n</think>\n\nFour", "", "Four"),
        ("<think>no end <b", "no end <b", ""),
        ("<think>no end </thi", "no end </thi", ""),
        ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
        ("Write <think>a</think>", "", "Write <think>a</think>"),
        ("<thinker>", "", "<thinker>"),
        ("<thinking>hm</thinking>\nFour", "hm", "Four"),
        ("\n<thought>\nhm</thought>Four", "hm", "Four"),
        ("<thinking>a</think>b</thinking>c", "a</think>b", "c"),
        ("<thought>a</thinking>b", "a</thinking>b", ""),
        ("<thoughts>a</thoughts>", "", "<thoughts>a</thoughts>"),
        (" <thi", "", " <thi"),
        ("</think>a", "", "</think>a"),
        ("", "", ""),
    ],
)
def test_thinking_at_the_beginning_is_told_from_the_answer(text: str, thought: str, answer: str) -> None:
    assert parted(text) == (thought, answer)


@given(PIECES)
def test_it_does_not_matter_where_the_text_was_cut(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert in_pieces(pieces) == in_pieces(list(text)) == parted(text)


@given(st.text() | PIECES.map("".join))
def test_a_text_that_does_not_begin_with_the_tag_is_left_alone(text: str) -> None:
    thought, answer = parted(text)

    assert (thought, answer) == ("", text) or text.lstrip().startswith(("<think>", "<thinking>", "<thought>"))


def read(*contents: str) -> list[Delta]:
    frames = [json.dumps({"choices": [{"delta": {"content": content}}]}) for content in contents]
    reader = AnswerReader()
    return [*reader.feed("".join(f"data: {frame}\n\n" for frame in (*frames, "[DONE]")).encode()), *reader.end()]


def test_a_stream_tells_it_as_thinking() -> None:
    assert read("<thi", "nk>hm", "m</", "think>\n", "\nFour", " <b>") == [
        ReasoningDelta("hm"),
        ReasoningDelta("m"),
        TextDelta("Four"),
        TextDelta(" <b>"),
        Finish("stop"),
    ]
    assert read("<thou", "ght>h", "m</thou", "ght>Four") == [
        ReasoningDelta("h"),
        ReasoningDelta("m"),
        TextDelta("Four"),
        Finish("stop"),
    ]
    assert read("<think>hm</") == [ReasoningDelta("hm"), ReasoningDelta("</"), Finish("stop")]
    assert read(" <") == [TextDelta(" <"), Finish("stop")]


def test_a_whole_completion_tells_it_as_thinking() -> None:
    raw = {"choices": [{"message": {"content": "<think>hm</think>\nFour"}, "finish_reason": "stop"}]}
    completion = parse_completion(raw)
    reader = AnswerReader()

    assert (completion.reasoning, completion.text) == ("hm", "Four")
    assert reader.feed(json.dumps(raw).encode()) + reader.end() == [
        ReasoningDelta("hm"), TextDelta("Four"), Finish("stop"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Let me see.\n</think>\n\nFour.", "Four."),
        ("</think>\nFour.", "Four."),
        ("Let me see.\n</think>", ""),
        ("Let me see.\n</thinking>\nFour.", "Four."),
        (
            "It is <thought>\nhm\n</thought>\nwhat stands between.",
            "It is <thought>\nhm\n</thought>\nwhat stands between.",
        ),
        ("The tag </think> ends it.", "The tag </think> ends it."),
        ("```\n<think>\nhm\n</think>\n```", "```\n<think>\nhm\n</think>\n```"),
        ("It ends with\n```\n</think>\n```\nThen it answers.", "It ends with\n```\n</think>\n```\nThen it answers."),
        ("Four.", "Four."),
        ("", ""),
    ],
)
def test_what_a_lone_end_of_thinking_closes_is_no_answer(text: str, answer: str) -> None:
    assert unthought(text) == answer
