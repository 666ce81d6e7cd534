"""Extract tool calls that models write into their text, if the gateway does not extract them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, cast

from core.json_reader import parse_json, parse_leading_json

from .end_tokens import is_in_code
from .tool_calls import ToolCall

_BLOCKS = re.compile(
    r"<tool_call>(?P<tagged>.*?)(?:</tool_call>|\Z)"  # Qwen, Hermes, GLM
    r"|<[\uff5c|]tool▁calls▁begin[\uff5c|]>(?P<deepseek>.*?)(?:<[\uff5c|]tool▁calls▁end[\uff5c|]>|\Z)"
    r"|<\|tool_calls_section_begin\|>(?P<kimi>.*?)(?:<\|tool_calls_section_end\|>|\Z)"
    r"|\[TOOL_CALLS\](?P<mistral>.*)\Z"
    r"|<\|python_tag\|>(?P<llama>.*?)(?:<\|eom_id\|>|<\|eot_id\|>|\Z)",
    re.DOTALL,
)
_DEEPSEEK = re.compile(r"<[\uff5c|]tool▁sep[\uff5c|]>\s*(?P<name>[\w.-]+)\s*(?:```(?:json)?)?\s*(?=\{)")
_KIMI = re.compile(r"(?:functions\.)?(?P<name>[\w-]+)(?::\d+)?\s*<\|tool_call_argument_begin\|>\s*(?=\{)")
_FUNCTION = re.compile(r"<function=(?P<name>[\w.-]+)>(?P<body>.*?)(?:</function>|\Z)", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=(?P<key>[^>\s]+)>\n?(?P<value>.*?)\n?</parameter>", re.DOTALL)
_NAME = re.compile(r"\s*(?P<name>[\w.-]+)\s*(?=<arg_key>|\Z)")
_ARGUMENT = re.compile(r"<arg_key>(?P<key>.*?)</arg_key>\s*<arg_value>(?P<value>.*?)</arg_value>", re.DOTALL)
_MAX_BLOCKS = 16
"""Blocks that are looked at; a model that writes more of them is in a loop."""
_MAX_BODY_LENGTH, _MAX_TAGS = 100_000, 64
"""Characters and tags of a block; the patterns read to its end from each tag that nothing closes."""
_TAGS = ("<function=", "<parameter=", "<arg_key>", "tool▁sep", "<|tool_call_argument_begin|>")


def extract_written_calls(text: str, names: Collection[str]) -> tuple[str, tuple[ToolCall, ...]]:
    """Split a text into the remaining text and the calls of the tools in `names`; without a call it is unchanged.

    Blocks inside code remain text, and so does a call without an end.
    """
    kept, calls, end = "", list[ToolCall](), 0
    for block in islice(_BLOCKS.finditer(text), _MAX_BLOCKS):
        found = [(name, arguments) for name, arguments in _parse_block(block) if name in names]
        if found and not is_in_code(text[: block.start()]):
            kept, end = kept + text[end : block.start()], block.end()
            calls += [ToolCall(f"call_{len(calls) + place}", *call) for place, call in enumerate(found)]
    return ((kept + text[end:]).strip(), tuple(calls)) if calls else (text, ())


def _parse_block(block: re.Match[str]) -> Iterator[tuple[str, str]]:
    form, body = next((form, body) for form, body in block.groupdict().items() if body is not None)
    if len(body) > _MAX_BODY_LENGTH or sum(map(body.count, _TAGS)) > _MAX_TAGS:
        return
    if form in {"deepseek", "kimi"}:
        for head in (_DEEPSEEK if form == "deepseek" else _KIMI).finditer(body):
            if arguments := _decode_object_at(body, head.end()):
                yield head["name"], arguments
    elif functions := list(_FUNCTION.finditer(body)):
        for function in functions:
            yield function["name"], _parse_arguments(_PARAMETER, function["body"])
    elif form == "tagged" and (named := _NAME.match(body)):
        yield named["name"], _parse_arguments(_ARGUMENT, body)
    else:
        yield from _parse_json_calls(parse_leading_json(body)[0])


def _parse_json_calls(value: object) -> Iterator[tuple[str, str]]:
    """Parse calls in JSON: `{"name": …, "arguments": …}`, or `parameters`, or a list of them."""
    for entry in cast("list[object]", value) if isinstance(value, list) else [value]:
        call = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
        arguments: object = call.get("arguments", call.get("parameters", {}))
        if isinstance(call.get("name"), str):
            yield call["name"], arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def _parse_arguments(argument: re.Pattern[str], body: str) -> str:
    """Parse arguments that are written one by one; a value that is valid JSON is parsed."""
    arguments = {found["key"].strip(): _parse_value(found["value"]) for found in argument.finditer(body)}
    return json.dumps(arguments, ensure_ascii=False)


def _parse_value(value: str) -> object:
    return parse_json(value, default=value)


def _decode_object_at(body: str, start: int) -> str:
    value, _ = parse_leading_json(body, start)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else ""
