"""Frames and answers of other APIs in the form of OpenAI's chat completions; pure.

Some model servers answer in the form of their own API: Ollama's, Anthropic's Messages, or OpenAI's Responses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.json_reader import Json, as_int, as_object, as_objects, as_text

_RESPONSE_PREFIX = "response."
_RESPONSE_ENDS = {"completed": "stop", "done": "stop", "incomplete": "length", "failed": "error", "cancelled": "error"}
"""The states in which OpenAI's Responses end, as reasons."""
_PIECES_OF_TEXT = {
    "response.output_text.delta": "content",
    "response.refusal.delta": "content",
    "response.reasoning_text.delta": "reasoning_content",
    "response.reasoning_summary_text.delta": "reasoning_content",
}
_MESSAGES_EVENTS = frozenset(
    (
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    )
)


def to_chat_frame(raw: object) -> object:
    """Return a frame, or a whole answer, of another API as a frame of a chat completion; anything else unchanged."""
    frame = as_object(raw)
    kind = as_text(frame.get("type"))
    if "choices" in frame or frame.get("error"):
        return raw
    if isinstance(frame.get("done"), bool) and ("message" in frame or "response" in frame):
        return _convert_ollama(frame)
    if kind in _MESSAGES_EVENTS:
        return _convert_messages_event(kind, frame)
    if kind == "message" and isinstance(frame.get("content"), list):
        return _make_frame({"content": _drop_calls(frame)}, frame.get("stop_reason"), frame, _find_calls(frame))
    if kind.startswith(_RESPONSE_PREFIX):
        return _convert_response_event(kind, frame)
    return _convert_response(frame) if isinstance(frame.get("output"), list) and frame.get("status") else raw


def _make_frame(message: Json, reason: object, usage: Mapping[str, Any], calls: list[Json] | None = None) -> Json:
    delta = {**message, **({"tool_calls": calls} if calls else {})}
    found = as_object(usage.get("usage"))
    prompt, completion = as_int(found.get("input_tokens")), as_int(found.get("output_tokens"))
    counted = {"prompt_tokens": prompt, "completion_tokens": completion} if prompt or completion else None
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}], "usage": counted}


def _convert_ollama(frame: Json) -> Json:
    message: Json = as_object(frame.get("message")) or {
        "content": frame.get("response"),
        "thinking": frame.get("thinking"),
    }
    usage = {"input_tokens": frame.get("prompt_eval_count"), "output_tokens": frame.get("eval_count")}
    return _make_frame(message, (frame.get("done_reason") or "stop") if frame["done"] else None, {"usage": usage})


def _convert_messages_event(kind: str, frame: Json) -> Json:
    """Convert an event of Anthropic's Messages."""
    delta = as_object(frame.get("delta"))
    if kind == "content_block_start":
        block = as_object(frame.get("content_block"))
        is_call = block.get("type") == "tool_use"
        return _make_frame({}, None, {}, [_make_call(block, frame.get("index"), "")] if is_call else None)
    if kind == "content_block_delta" and delta.get("type") == "input_json_delta":
        call = {"index": frame.get("index"), "function": {"arguments": delta.get("partial_json")}}
        return _make_frame({}, None, {}, [call])
    if kind == "content_block_delta":
        return _make_frame({"content": delta.get("text"), "reasoning_content": delta.get("thinking")}, None, {})
    return _make_frame({}, delta.get("stop_reason"), frame if kind == "message_delta" else {})


def _convert_response_event(kind: str, frame: Json) -> Json:
    """Convert an event of OpenAI's Responses; what repeats the pieces at their end is left out."""
    if field := _PIECES_OF_TEXT.get(kind):
        return _make_frame({field: frame.get("delta")}, None, {})
    item, index = as_object(frame.get("item")), frame.get("output_index")
    if kind == "response.output_item.added" and item.get("type") == "function_call":
        return _make_frame({}, None, {}, [_make_call(item, index, "")])
    if kind == "response.function_call_arguments.delta":
        return _make_frame({}, None, {}, [{"index": index, "function": {"arguments": frame.get("delta")}}])
    reason = _RESPONSE_ENDS.get(kind.removeprefix(_RESPONSE_PREFIX))
    return _make_frame({}, reason, as_object(frame.get("response")))


def _convert_response(frame: Json) -> Json:
    """Convert a whole answer of OpenAI's Responses."""
    items = as_objects(frame["output"])
    said = [part for item in items if item.get("type") == "message" for part in as_objects(item.get("content"))]
    thought = [part for item in items if item.get("type") == "reasoning" for part in as_objects(item.get("summary"))]
    calls = [
        _make_call(item, index, item.get("arguments"))
        for index, item in enumerate(items)
        if item.get("type") == "function_call"
    ]
    message: Json = {"content": said, "reasoning_content": thought}
    return _make_frame(message, _RESPONSE_ENDS.get(as_text(frame.get("status"))), frame, calls)


def _drop_calls(frame: Json) -> list[Json]:
    return [block for block in as_objects(frame["content"]) if block.get("type") != "tool_use"]


def _find_calls(frame: Json) -> list[Json]:
    blocks = enumerate(as_objects(frame["content"]))
    return [_make_call(block, index, block.get("input")) for index, block in blocks if block.get("type") == "tool_use"]


def _make_call(fields: Json, index: object, arguments: object) -> Json:
    name = {"name": fields.get("name"), "arguments": arguments}
    return {"index": index, "id": fields.get("call_id") or fields.get("id"), "function": name}
