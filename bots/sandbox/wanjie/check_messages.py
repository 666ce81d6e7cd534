"""Validate the messages and tools of chat requests, as the real API does."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, cast

from .check_requests import IMAGE_MODELS, REASONING_MODELS, SPEECH_MODELS, TRANSCRIPTION_MODELS, Refusal, check_model

_ROLES = frozenset({"system", "user", "assistant", "tool", "developer"})
_VISION_MODELS = re.compile(r"gpt-4o|gpt-4\.1|gpt-5|gemini|claude|vl|vision|glm-4v", re.IGNORECASE)
_TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PART_TYPES = frozenset({"text", "image_url"})


def check_chat(body: dict[str, Any], models: Sequence[str]) -> dict[str, Any]:
    """OpenAI: Create chat completion; `model` and a non-empty `messages` are required."""
    model = check_model(body, models)
    if any(kind.search(model) for kind in (SPEECH_MODELS, TRANSCRIPTION_MODELS, IMAGE_MODELS)):
        raise Refusal(400, f"This is not a chat model: {model}", "invalid_model")
    messages: object = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refusal(400, "[] is too short - 'messages'", "invalid_messages")
    checked = [_check_message(message, model) for message in cast("list[object]", messages)]
    _check_tool_answers(checked)
    if REASONING_MODELS.search(model):
        _check_reasoning(checked)
    _check_tools(body.get("tools", []))
    return body


def _check_message(raw: object, model: str) -> dict[str, Any]:
    message = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    content: object = message.get("content")
    # OpenAI: "Required unless tool_calls or function_call is specified".
    silent = content is None and message.get("tool_calls")
    if message.get("role") not in _ROLES or not (silent or isinstance(content, str | list)):
        raise Refusal(400, "Invalid value in 'messages'", "invalid_messages")
    if isinstance(content, list):
        for part in cast("list[object]", content):
            _check_part(cast("dict[str, Any]", part) if isinstance(part, dict) else {}, model)
    return message


def _check_part(part: dict[str, Any], model: str) -> None:
    if part.get("type") not in _PART_TYPES:
        raise Refusal(400, f"Invalid value: {part.get('type')!r}", "invalid_value")
    if part["type"] == "text":
        return
    if not _VISION_MODELS.search(model):
        raise Refusal(400, "Invalid content type. image_url is only supported by certain models.", "invalid_value")
    image: object = part.get("image_url")
    url = str(cast("dict[str, Any]", image).get("url")) if isinstance(image, dict) else ""
    if not url.startswith("https://") and not _is_data(url):
        raise Refusal(400, "Invalid image URL: it is neither https nor valid base64 data", "invalid_image_url")


def _is_data(url: str) -> bool:
    head, _, encoded = url.partition(";base64,")
    try:
        return head.startswith("data:image/") and bool(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        return False


def _check_tool_answers(messages: list[dict[str, Any]]) -> None:
    """OpenAI: every call of a tool is answered right behind the message that holds it, and nothing else is."""
    waiting: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in waiting:
                raise Refusal(400, "'tool' must be a response to a preceding message with 'tool_calls'", "invalid")
            waiting.discard(str(message["tool_call_id"]))
        elif waiting:
            break
        else:
            waiting = {str(call.get("id")) for call in cast("list[dict[str, Any]]", message.get("tool_calls") or [])}
    if waiting:
        raise Refusal(400, f"'tool_call_id's did not have response messages: {sorted(waiting)}", "invalid")


def _check_reasoning(messages: list[dict[str, Any]]) -> None:
    """DeepSeek, thinking mode: a message that calls tools comes back with the thinking that led to them."""
    for index, message in enumerate(messages):
        if message.get("tool_calls") and not message.get("reasoning_content"):
            said = f"Missing `reasoning_content` field in the assistant message at message index {index}."
            raise Refusal(400, said, "invalid_request_error")


def _check_tools(raw: object) -> None:
    tools = cast("list[dict[str, Any]]", raw) if isinstance(raw, list) else []
    for tool in tools:
        function = cast("dict[str, Any]", tool.get("function") or {})
        if tool.get("type") != "function" or not _TOOL_NAME.fullmatch(str(function.get("name", ""))):
            raise Refusal(400, "Invalid 'tools': a function needs a name of letters, digits, _ and -", "invalid_tools")
        if not isinstance(function.get("parameters", {}), dict):
            raise Refusal(400, "Invalid 'tools': 'parameters' is no JSON Schema", "invalid_tools")
