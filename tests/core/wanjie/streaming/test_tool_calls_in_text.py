"""Calls of tools that stand in the text."""

from __future__ import annotations

import json

import pytest

from bots.sandbox.wanjie.simulator import WanjieSim
from core.wanjie import ChatMessage, ChatRequest, Correction, Finish, Tool, ToolCall, WanjieClient
from core.wanjie.streaming.stream_reader import StreamReader
from core.wanjie.streaming.tool_calls_in_text import extract_written_calls

CALL = ToolCall("call_0", "draw", '{"prompt": "a cat"}')
JSON = '{"name": "draw", "arguments": {"prompt": "a cat"}}'
DEEPSEEK = (
    "<\uff5ctool▁calls▁begin\uff5c><\uff5ctool▁call▁begin\uff5c>function<\uff5ctool▁sep\uff5c>draw\n```json\n"
    '{"prompt": "a cat"}\n```<\uff5ctool▁call▁end\uff5c><\uff5ctool▁calls▁end\uff5c>'
)
KIMI = (
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.draw:0<|tool_call_argument_begin|>"
    '{"prompt": "a cat"}<|tool_call_end|><|tool_calls_section_end|>'
)
CODER = "<tool_call>\n<function=draw>\n<parameter=prompt>\na cat\n</parameter>\n</function>\n</tool_call>"


@pytest.mark.parametrize(
    "written",
    [
        f"<tool_call>\n{JSON}\n</tool_call>",
        f"<tool_call>{JSON}",
        CODER,
        "<tool_call>draw\n<arg_key>prompt</arg_key>\n<arg_value>a cat</arg_value>\n</tool_call>",
        DEEPSEEK,
        KIMI,
        f"[TOOL_CALLS][{JSON}]",
        f"<|python_tag|>{JSON.replace('arguments', 'parameters')}",
    ],
)
def test_calls_are_read_in_the_forms_of_each_model(written: str) -> None:
    assert extract_written_calls(f"I draw.\n{written}\n", {"draw"}) == ("I draw.", (CALL,))


def test_several_written_calls_are_read() -> None:
    text, calls = extract_written_calls(f"<tool_call>{JSON}</tool_call>\n<tool_call>{JSON}</tool_call>", {"draw"})

    assert text == ""
    assert [call.id for call in calls] == ["call_0", "call_1"]


@pytest.mark.parametrize(
    "text",
    [
        f"```\n<tool_call>{JSON}</tool_call>\n```",
        f"Write `<tool_call>{JSON}</tool_call>`.",
        "<tool_call>not JSON</tool_call>",
        '<tool_call>{"name": "draw", "arg',
        '<tool_call>{"name": "erase", "arguments": {}}</tool_call>',
        "Plain words.",
    ],
)
def test_text_that_calls_no_known_tool_is_unchanged(text: str) -> None:
    assert extract_written_calls(text, {"draw"}) == (text, ())


def test_a_stream_returns_written_calls_and_removes_them_from_its_text() -> None:
    reader = StreamReader(tool_names={"draw"})
    pieces = ["<think>hm</think>I draw. <tool", "_call>", JSON, "</tool_call>", " <"]
    frames = [json.dumps({"choices": [{"delta": {"content": piece}}]}) for piece in pieces]
    told = reader.feed("".join(f"data: {frame}\n\n" for frame in (*frames, "[DONE]")).encode()) + reader.finish()

    assert told[-3:] == [Correction("hm", "I draw.  <"), CALL, Finish("stop")]


@pytest.mark.parametrize("offered", [True, False])
async def test_written_calls_count_only_when_tools_were_offered(
    sim: WanjieSim, client: WanjieClient, *, offered: bool
) -> None:
    sim.script.answer = lambda _: CODER
    tools = (Tool("draw", "Draw.", {"type": "object"}),) if offered else ()
    told = [
        delta async for delta in client.stream_chat(ChatRequest("kimi-k2", (ChatMessage("user", "x"),), tools=tools))
    ]

    assert (CALL in told) == offered
