"""What Wanjie answers, as values.

Reading is lenient: unknown, missing and null fields are normal (the Open API's own examples differ from each other).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from .errors import UnreadableAnswerError
from .thoughts import parted
from .tools import ToolCall, ToolCalls, ToolPiece


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens spent on one answer."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """The next piece of what the model thinks before it answers; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of an answer; `reason` is stop, length, content_filter, tool_calls or a word of the model's own."""

    reason: str
    usage: Usage | None = None


Delta: TypeAlias = TextDelta | ReasoningDelta | ToolCall | Finish
"""The calls of tools come last, each whole, right before the `Finish`."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer; `text` is exactly what the model said, blank lines at its ends included, without its thinking."""

    text: str
    reasoning: str
    finish_reason: str
    usage: Usage | None
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one frame of a stream adds; `finish_reason` is "" until the answer's end."""

    text: str = ""
    reasoning: str = ""
    finish_reason: str = ""
    usage: Usage | None = None
    tools: tuple[ToolPiece, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageLink:
    """Where a picture can be fetched for a while; nobody promises for how long."""

    url: str


@dataclass(frozen=True, slots=True)
class ImageData:
    """The bytes of a picture."""

    data: bytes


ImageResult: TypeAlias = ImageLink | ImageData


def parse_models(raw: object) -> tuple[str, ...]:
    """Read the ids in the list of models, a bare array or an object with `data`; each id once, in the given order."""
    entries: object = cast("object", raw) if isinstance(raw, list) else _object(raw).get("data")
    if not isinstance(entries, list):
        raise UnreadableAnswerError("the answer is no list of models")
    names = [_text(entry.get("id")) for entry in _objects(cast("object", entries))]
    return tuple(dict.fromkeys(name for name in names if name.strip()))


def parse_completion(raw: object) -> Completion:
    """Read the answer of a chat that was not streamed; raise `UnreadableAnswerError` when it has no choice."""
    body = _object(raw)
    choices = _objects(body.get("choices"))
    if not choices:
        raise UnreadableAnswerError("the answer has no choice")
    message = _object(choices[0].get("message"))
    thought, text = parted(_text(message.get("content")))
    calls = ToolCalls()
    calls.add(_tools(message))
    return Completion(
        text=text,
        reasoning=_reasoning(message) + thought,
        finish_reason=_text(choices[0].get("finish_reason")) or "stop",
        usage=_usage(body.get("usage")),
        tool_calls=calls.whole(),
    )


def parse_chunk(raw: object) -> Chunk:
    """Read one frame of a streamed chat; of several choices only the first counts."""
    body = _object(raw)
    choice = _object(next(iter(_objects(body.get("choices"))), None))
    delta = _object(choice.get("delta"))
    return Chunk(
        text=_text(delta.get("content")),
        reasoning=_reasoning(delta),
        finish_reason=_text(choice.get("finish_reason")),
        usage=_usage(body.get("usage")),
        tools=_tools(delta),
    )


def parse_images(raw: object) -> list[ImageResult]:
    """Read the pictures of an answer, links and bytes alike; raise `UnreadableAnswerError` when there is none."""
    read = (_image(entry) for entry in _objects(_object(raw).get("data")))
    images = [image for image in read if image is not None]
    if not images:
        raise UnreadableAnswerError("the answer has no picture")
    return images


def parse_transcript(raw: object) -> str:
    """Read what was said, "" for silence; raise `UnreadableAnswerError` when it is not there."""
    text: object = _object(raw).get("text")
    if not isinstance(text, str):
        raise UnreadableAnswerError("the answer is no transcript")
    return text.strip()


def _image(entry: Mapping[str, Any]) -> ImageResult | None:
    """One picture; None when it is not there, or is no base64."""
    encoded, url = _text(entry.get("b64_json")), _text(entry.get("url"))
    if not encoded and not url.startswith("data:"):
        return ImageLink(url) if url else None
    # Some models put a data URL where plain base64 is expected.
    payload = (encoded or url).rpartition(",")[2]
    with suppress(ValueError):
        return ImageData(base64.b64decode(payload))
    return None


def _reasoning(message: Mapping[str, Any]) -> str:
    return _text(message.get("reasoning_content")) or _text(message.get("reasoning"))


def _tools(message: Mapping[str, Any]) -> tuple[ToolPiece, ...]:
    return tuple(_tool(entry) for entry in _objects(message.get("tool_calls")))


def _tool(entry: Mapping[str, Any]) -> ToolPiece:
    function = _object(entry.get("function"))
    index: object = entry.get("index")
    arguments: object = function.get("arguments")
    return ToolPiece(
        index if isinstance(index, int) else None,
        _text(entry.get("id")),
        _text(function.get("name")),
        # Some gateways parse them on the way.
        json.dumps(arguments, ensure_ascii=False) if isinstance(arguments, dict) else _text(arguments),
    )


def _usage(raw: object) -> Usage | None:
    if not (body := _object(raw)):
        return None
    prompt, completion = _count(body.get("prompt_tokens")), _count(body.get("completion_tokens"))
    return Usage(prompt, completion, _count(body.get("total_tokens")) or prompt + completion)


def _object(raw: object) -> dict[str, Any]:
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}


def _objects(raw: object) -> list[dict[str, Any]]:
    return [_object(entry) for entry in cast("list[object]", raw)] if isinstance(raw, list) else []


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


def _count(raw: object) -> int:
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    return raw if isinstance(raw, int) else 0
