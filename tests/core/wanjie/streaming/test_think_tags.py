"""Thinking that stands inside an answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie import Correction, Delta, Finish, ReasoningDelta, TextDelta
from core.wanjie.responses import parse_completion
from core.wanjie.streaming.stream_reader import StreamReader
from core.wanjie.streaming.think_tags import ThinkTagParser, split_reasoning

TAGS = [f"<{slash}{tag}>" for tag in ("think", "thinking", "thought") for slash in ("", "/")]
PIECES = st.lists(
    st.sampled_from([*TAGS, "<", "</", "think", "ing", "thought", ">", " ", "\n", "a", "好"]), max_size=12
)


def in_pieces(pieces: list[str], *, begun: bool = False, whole: bool = False) -> tuple[str, str]:
    parser, reasoning, answer = ThinkTagParser(starts_inside=begun), "", ""
    for told in [*map(parser.feed, pieces), parser.finish(is_whole=whole)]:
        reasoning = told.reasoning if told.replaces_all else reasoning + told.reasoning
        answer = told.answer if told.replaces_all else answer + told.answer
    return reasoning, answer


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
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
        ("", "", ""),
        ("<reasoning>hm</reasoning>Four", "hm", "Four"),
        ("<seed:think>hm</seed:think>Four", "hm", "Four"),
        ("◁think▷hm◁/think▷Four", "hm", "Four"),
        (
            "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Four",
            "hm",
            "Four",
        ),
        ("Let me see.\n</think>\n\nFour.", "Let me see.", "Four."),
        ("Let me see.</think>\n\nFour.", "Let me see.", "Four."),
        ("\nLet me see.\n </thinking>\nFour.", "Let me see.", "Four."),
        ("```py\nx\n```\nSo it is.\n</think>Four.", "```py\nx\n```\nSo it is.", "Four."),
        ("</think>a", "", "a"),
        ("Let me see.\n</think>", "Let me see.", ""),
        ("Let me see.\n</think>\n\na\n</think>\n\nb", "Let me see.", "a\n</think>\n\nb"),
        *(
            (kept, "", kept)
            for kept in (
                "It is <thought>\nhm\n</thought>\nwhat stands between.",
                "The tag </think> ends it.",
                "```\n<think>\nhm\n</think>\n```",
                "It ends with\n```\n</think>\n```\nThen it answers.",
                "It ends with `</think>`\n\nThen it answers.",
            )
        ),
    ],
)
def test_reasoning_at_the_beginning_is_split_from_the_answer(text: str, reasoning: str, answer: str) -> None:
    assert split_reasoning(text) == (reasoning, answer)


@given(PIECES)
def test_the_split_does_not_depend_on_the_cuts(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert in_pieces(pieces) == in_pieces(list(text)) == split_reasoning(text)
    for whole in (True, False):
        known = in_pieces([text], begun=True, whole=whole)
        assert in_pieces(pieces, begun=True, whole=whole) == in_pieces(list(text), begun=True, whole=whole) == known


@given(st.text() | PIECES.map("".join))
def test_a_text_without_think_tags_is_unchanged(text: str) -> None:
    reasoning, answer = split_reasoning(text)

    opened = text.lstrip().startswith(("<think>", "<thinking>", "<thought>"))
    assert (reasoning, answer) == ("", text) or opened or "</th" in text


def read(*contents: str, starts_with_reasoning: bool = False, finish: str | None = None) -> list[Delta]:
    frames = [json.dumps({"choices": [{"delta": {"content": content}}]}) for content in contents]
    if finish:
        frames.append(json.dumps({"choices": [{"delta": {}, "finish_reason": finish}]}))
    reader = StreamReader(starts_with_reasoning=starts_with_reasoning)
    return [*reader.feed("".join(f"data: {frame}\n\n" for frame in (*frames, "[DONE]")).encode()), *reader.finish()]


def test_a_stream_returns_tagged_text_as_reasoning() -> None:
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


def test_a_whole_completion_returns_tagged_text_as_reasoning() -> None:
    raw = {"choices": [{"message": {"content": "<think>hm</think>\nFour"}, "finish_reason": "stop"}]}
    completion = parse_completion(raw)
    reader = StreamReader()

    assert (completion.reasoning, completion.text) == ("hm", "Four")
    assert reader.feed(json.dumps(raw).encode()) + reader.finish() == [
        ReasoningDelta("hm"), TextDelta("Four"), Finish("stop"),
    ]  # fmt: skip


def test_text_that_proves_to_be_reasoning_is_corrected() -> None:
    assert read("Let me", " see.\n", "</think>", "\n\nFo", "ur.") == [
        TextDelta("Let me"),
        TextDelta(" see.\n"),
        Correction("Let me see.", "", was_misread=True),
        TextDelta("Fo"),
        TextDelta("ur."),
        Finish("stop"),
    ]


def test_an_answer_known_to_begin_with_reasoning_is_read_as_such() -> None:
    assert read("Let me", " see.\n</th", "ink>\n\nFo", "ur.", starts_with_reasoning=True) == [
        ReasoningDelta("Let me"),
        ReasoningDelta(" see.\n"),
        TextDelta("Fo"),
        TextDelta("ur."),
        Finish("stop"),
    ]
    assert read("<think>h", "m</think>Four.", starts_with_reasoning=True) == [
        ReasoningDelta("h"),
        ReasoningDelta("m"),
        TextDelta("Four."),
        Finish("stop"),
    ]


def test_supposed_reasoning_without_a_closing_tag_is_the_answer_unless_cut() -> None:
    assert read("Fo", "ur.", starts_with_reasoning=True, finish="stop") == [
        ReasoningDelta("Fo"),
        ReasoningDelta("ur."),
        Correction("", "Four.", was_misread=True),
        Finish("stop"),
    ]
    assert read("Let me", starts_with_reasoning=True, finish="length") == [ReasoningDelta("Let me"), Finish("length")]
    assert read(starts_with_reasoning=True, finish="stop") == [Finish("stop")]


def test_a_gateway_that_separates_reasoning_is_believed() -> None:
    reader = StreamReader(starts_with_reasoning=True)
    frames = [{"reasoning_content": "hm"}, {"content": "Four."}]
    data = "".join(f"data: {json.dumps({'choices': [{'delta': delta}]})}\n\n" for delta in frames) + "data: [DONE]\n\n"

    assert [*reader.feed(data.encode()), *reader.finish()] == [ReasoningDelta("hm"), TextDelta("Four."), Finish("stop")]
