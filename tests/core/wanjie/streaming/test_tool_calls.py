"""Calls of tools, put together from whatever pieces a gateway sends."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.sandbox.wanjie.simulator import WanjieSim
from core.wanjie import (
    BadRequestError,
    ChatMessage,
    ChatRequest,
    Delta,
    Finish,
    StreamBrokenError,
    TextDelta,
    Tool,
    ToolCall,
    WanjieClient,
)
from core.wanjie.responses import parse_completion
from core.wanjie.streaming.stream_reader import StreamReader

ARGUMENTS = '{"prompt": "ein Käse 🧀"}'
DRAW = Tool("draw", "Draw a picture.", {"type": "object", "properties": {"prompt": {"type": "string"}}})
QUESTION = ChatRequest("deepseek-v3", (ChatMessage("user", "Draw!"),), tools=(DRAW,))


def call(
    index: int | None = None, identity: str | None = None, name: str | None = None, arguments: object = ""
) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": identity, "function": {"name": name, "arguments": arguments}}
    return fields if index is None else {"index": index, **fields}


def read(*frames: object) -> list[Delta]:
    """Read a stream whose frames hold these `tool_calls`."""
    reader = StreamReader()
    deltas: list[Delta] = []
    for calls in frames:
        chunk = {"choices": [{"delta": {"content": None, "tool_calls": calls}, "finish_reason": None}]}
        deltas += reader.feed(f"data: {json.dumps(chunk)}\n\n".encode())
    deltas += reader.feed(b'data: {"choices":[{"delta":{"tool_calls":[]},"finish_reason":"tool_calls"}]}\n\n')
    return [*deltas, *reader.finish()]


END = Finish("tool_calls")
FIRST, SECOND = ToolCall("a", "draw", ARGUMENTS), ToolCall("b", "speak", '{"text": "hi"}')


@given(st.lists(st.integers(0, len(ARGUMENTS)), max_size=8).map(sorted))
def test_a_call_does_not_depend_on_where_it_was_cut(places: list[int]) -> None:
    pieces = [ARGUMENTS[start:end] for start, end in pairwise([0, *places, len(ARGUMENTS)])]

    assert read([call(0, "a", "draw")], *([call(0, arguments=piece)] for piece in pieces)) == [FIRST, END]


@pytest.mark.parametrize(
    "frames",
    [
        [[call(0, "a", "draw", ARGUMENTS)], [call(1, "b", "speak", SECOND.arguments)]],
        [[call(0, "a", "draw", ARGUMENTS), call(1, "b", "speak", SECOND.arguments)]],
        [[call(None, "a", "draw", ARGUMENTS), call(None, "b", "speak", SECOND.arguments)]],
        [
            [call(0, "a", "draw", ARGUMENTS[:9])],
            [call(0, "a", "draw", ARGUMENTS)],
            [call(1, "b", "speak", SECOND.arguments)],
        ],
        [[call(0, "a", "draw", ARGUMENTS), call(1, "b", "speak", SECOND.arguments)]] * 2,
        [{"id": "a", "name": "draw", "arguments": ARGUMENTS}, call(None, "b", "speak", SECOND.arguments)],
        [[call(0, "a", "draw", ARGUMENTS)], [call(0, "b", "speak", SECOND.arguments)]],
        [[call(0, "a", "draw")], [call(1, "b", "speak", SECOND.arguments)], [call(0, arguments=ARGUMENTS)]],
        [[call(0, "a", "draw", json.loads(ARGUMENTS))], [call(1, "b", "speak", json.loads(SECOND.arguments))]],
        [[call(0, "a", "dr")], [call(0, "", "aw", ARGUMENTS)], [call(1, "b", "speak", SECOND.arguments)]],
        [
            [call(0, "a", "draw", ARGUMENTS[:5])],
            [call(0, "x", None, ARGUMENTS[5:9])],
            [call(0, "y", "", ARGUMENTS[9:])],
            [call(1, "b", "speak", SECOND.arguments)],
        ],
        [
            [call(0, "a", "draw", ARGUMENTS[:5])],
            [call(0, "a", "draw", ARGUMENTS[5:9]), call(0, "a", "draw", ARGUMENTS[9:])],
            [call(1, "b", "speak", SECOND.arguments)],
        ],
        [
            [call(None, "a", "draw", ARGUMENTS[:5]), call(None, "x", None, ARGUMENTS[5:])],
            [call(None, "b", "speak", SECOND.arguments)],
        ],
        [
            [call(None, "a", "draw", ARGUMENTS[:5])],
            [call(arguments=ARGUMENTS[5:]), call(None, "b", "speak")],
            [],
            None,
            [call(arguments=SECOND.arguments)],
        ],
    ],
)
def test_calls_of_every_shape_are_read_alike(frames: list[object]) -> None:
    assert read(*frames) == [FIRST, SECOND, END]


def test_a_call_without_an_id_or_arguments_gets_them() -> None:
    named = read([call(None, None, "draw"), call(None, None, "speak")])

    assert named == [ToolCall("call_0", "draw", "{}"), ToolCall("call_1", "speak", "{}"), END]


@pytest.mark.parametrize("nothing", [None, [], {}, "x", [None], [{}], [{"index": 0, "id": "a", "function": None}]])
def test_a_call_without_a_tool_name_is_ignored(nothing: object) -> None:
    assert read(nothing) == [END]


def test_a_call_in_one_piece_with_the_whole_answer_is_read() -> None:
    raw = {"choices": [{"message": {"content": None, "tool_calls": [call(None, "a", "draw", ARGUMENTS)]}}]}

    assert parse_completion(raw).tool_calls == (FIRST,)


@pytest.mark.parametrize("in_one", [True, False])
@pytest.mark.parametrize("cut", [None, 7])
async def test_a_model_may_call_tools(sim: WanjieSim, client: WanjieClient, *, in_one: bool, cut: int | None) -> None:
    sim.script.tool_calls = lambda _, tools: [(tool["function"]["name"], ARGUMENTS) for tool in tools] * 2
    sim.script.tool_calls_in_one, sim.script.write_size = in_one, cut
    first, second, finish = [delta async for delta in client.stream_chat(QUESTION)]
    whole = await client.complete_chat(QUESTION)

    assert isinstance(first, ToolCall)
    assert isinstance(second, ToolCall)
    assert first.id != second.id
    assert (first.name, first.arguments) == (second.name, second.arguments) == ("draw", ARGUMENTS)
    assert isinstance(finish, Finish)
    assert finish.reason == "tool_calls"
    assert [called.name for called in whole.tool_calls] == ["draw", "draw"]
    assert sim.requests[0].body["tools"] == [DRAW.as_json()]


async def test_the_result_of_a_call_is_sent_to_the_model(sim: WanjieSim, client: WanjieClient) -> None:
    asked = ChatMessage("assistant", "", tool_calls=(FIRST,))
    done = ChatMessage("tool", "drawn", tool_call_id=FIRST.id)
    deltas = [
        delta
        async for delta in client.stream_chat(
            ChatRequest("deepseek-v3", (*QUESTION.messages, asked, done), tools=(DRAW,))
        )
    ]

    assert deltas[0] == TextDelta("one")
    assert sim.requests[0].body["messages"][1:] == [
        {"role": "assistant", "content": "", "tool_calls": [FIRST.as_json()]},
        {"role": "tool", "content": "drawn", "tool_call_id": "a"},
    ]
    with pytest.raises(BadRequestError):
        await client.complete_chat(ChatRequest("deepseek-v3", (*QUESTION.messages, asked)))


async def test_an_incomplete_call_is_dropped(sim: WanjieSim, client: WanjieClient) -> None:
    sim.script.tool_calls = lambda _, __: [("draw", ARGUMENTS)]
    sim.script.done = sim.script.finish = sim.script.usage = False
    with pytest.raises(StreamBrokenError):
        _ = [delta async for delta in client.stream_chat(QUESTION)]


def test_a_question_without_tools_names_none() -> None:
    assert "tools" not in ChatRequest("kimi-k2", ()).as_json(stream=True)


def test_the_older_form_of_a_call_is_read() -> None:
    deltas = [{"function_call": {"name": "draw", "arguments": ""}}, {"function_call": {"arguments": ARGUMENTS}}, {}]
    reader = StreamReader()
    frames = ({"choices": [{"delta": delta, "finish_reason": None if delta else "function_call"}]} for delta in deltas)
    told = [delta for frame in frames for delta in reader.feed(f"data: {json.dumps(frame)}\n\n".encode())]

    assert [*told, *reader.finish()] == [ToolCall("call_0", "draw", ARGUMENTS), END]
