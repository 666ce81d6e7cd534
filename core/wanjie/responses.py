"""What Wanjie answers, as values.

Reading is lenient: unknown, missing and null fields are normal (the Open API's own examples differ from each other).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from .errors import ServerFaultError, UnreadableAnswerError
from .image_responses import ImageResult, read_image
from .streaming.content_parts import Words, read_words, speaks
from .streaming.finish_reasons import fold_finish_reason
from .streaming.think_tags import split_thinking
from .streaming.tool_calls import ToolCall, ToolCalls, ToolPiece

_WHERE_WORDS_ARE = ("delta", "message", "text")
"""Of a choice, the usual one first."""


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
    """The end of an answer; `reason` is stop, length, content_filter or tool_calls."""

    reason: str
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class PictureDelta:
    """A picture within the answer; None: it was broken."""

    image: ImageResult | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What was told so far was wrong: this is all of the thinking, and all of the answer, up to here.

    `misread`: the beginning of the text was taken for the wrong one of the two (see `ChatRequest.begins_thinking`).
    """

    reasoning: str
    text: str
    misread: bool = False


Delta: TypeAlias = TextDelta | ReasoningDelta | PictureDelta | Correction | ToolCall | Finish
"""The calls of tools come last, each whole, right before the `Finish`."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer; `text` is exactly what the model said, blank lines at its ends included, without its thinking."""

    text: str
    reasoning: str
    finish_reason: str
    usage: Usage | None
    tool_calls: tuple[ToolCall, ...] = ()
    images: tuple[ImageResult | None, ...] = ()
    """Pictures beside the text; None for one that is broken."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one frame of a stream adds; `finish_reason` (see `Finish`, or `error`) is "" until the answer's end."""

    text: str = ""
    reasoning: str = ""
    finish_reason: str = ""
    usage: Usage | None = None
    tools: tuple[ToolPiece, ...] = ()
    unread: bool = False
    """There are words in it, in a form that nobody knows."""
    place: str = ""
    """Where in the choice the words stood: in its `delta`, `message` or `text`; "" when there were none."""
    elsewhere: bool = False
    """Another choice than the first has words."""
    images: tuple[ImageResult | None, ...] = ()
    """Pictures beside the text; None for one that is broken."""


def parse_models(raw: object) -> tuple[str, ...]:
    """Read the ids in the list of models, a bare array or an object with `data`; each id once, in the given order.

    Other names for the list and the ids, and envelopes around it, are understood.
    """
    entries = _listed(raw)
    if entries is None:
        raise UnreadableAnswerError("the answer is no list of models")
    names = [entry if isinstance(entry, str) else _model_id(_object(entry)) for entry in entries]
    return tuple(dict.fromkeys(name for name in names if name.strip()))


def _listed(raw: object, names: tuple[str, ...] = ("data", "models", "result", "items", "list")) -> list[object] | None:
    """The first list behind one of these names, also within another."""
    if isinstance(raw, list):
        return cast("list[object]", raw)
    inner = (_listed(_object(raw)[name]) for name in names if name in _object(raw))
    return next((entries for entries in inner if entries is not None), None)


def _model_id(entry: Mapping[str, Any]) -> str:
    return next((name for key in ("id", "model", "model_id", "name") if (name := _text(entry.get(key)))), "")


def parse_completion(raw: object) -> Completion:
    """Read the answer of a chat that was not streamed.

    Raises `UnreadableAnswerError` when it has no choice, or words in a form that nobody knows; `ServerFaultError` when
    the model ended with an error.
    """
    body = unwrap(raw)
    if not _objects(body.get("choices")):
        raise UnreadableAnswerError("the answer has no choice")
    chunk = parse_chunk(body)
    if chunk.unread or (chunk.elsewhere and not chunk.text):
        raise UnreadableAnswerError("the answer's words cannot be read")
    if chunk.finish_reason == "error":
        raise ServerFaultError("the model ended with an error")
    thought, text = split_thinking(chunk.text)
    calls = ToolCalls()
    calls.add(chunk.tools)
    return Completion(
        text,
        chunk.reasoning + thought,
        chunk.finish_reason or "stop",
        chunk.usage,
        calls.whole(),
        chunk.images,
    )


def unwrap(raw: object) -> dict[str, Any]:
    """The answer within the platform's own `{"code", "message", "timestamp", "result"}` and its like; else `raw`."""
    body = _object(raw)
    inner = (_object(body.get(name)) for name in ("data", "result"))
    return body if "choices" in body else next((fields for fields in inner if "choices" in fields), body)


def parse_chunk(raw: object) -> Chunk:
    """Read one frame of a streamed chat; of several choices only the one with the index 0 counts."""
    body = unwrap(raw)
    usage = _usage(body.get("usage"))
    if "choices" not in body:
        return Chunk(usage=usage, unread=speaks(raw))
    choices = _objects(body.get("choices"))
    numbers = [_number(choice, position) for position, choice in enumerate(choices)]
    choice = next((choice for choice, number in zip(choices, numbers, strict=True) if number == 0), _object(None))
    others = (choice for choice, number in zip(choices, numbers, strict=True) if number != 0)
    place, words, message = _said(choice)
    return Chunk(
        text=words.text,
        reasoning=words.reasoning,
        finish_reason=_finish_reason(choice),
        usage=usage,
        tools=_tools(message),
        unread=words.unread,
        place=place,
        elsewhere=any(_said(other)[1] for other in others),
        images=_pictures(message),
    )


def _number(choice: Mapping[str, Any], position: int) -> int:
    index: object = choice.get("index")
    return _count(index) if isinstance(index, int | float) else position


def _finish_reason(choice: Mapping[str, Any]) -> str:
    reason: object = choice.get("finish_reason") or choice.get("finishReason")
    return fold_finish_reason(_text(reason) or _text(_object(reason).get("type")))


def _said(choice: Mapping[str, Any]) -> tuple[str, Words, Mapping[str, Any]]:
    """Where the words of a choice are, the words, and the object that they stand in; see `Chunk.place`."""
    for name in _WHERE_WORDS_ARE:
        words, message = read_words(choice.get(name)), _object(choice.get(name))
        if words or any(message.get(field) for field in ("tool_calls", "function_call", "images")):
            return name, words, message
    rest = {name: value for name, value in choice.items() if name not in _WHERE_WORDS_ARE}
    return "", Words(unread=speaks(rest)), _object(choice.get("delta"))


def parse_transcript(raw: object) -> str:
    """Read what was said, "" for silence; raise `UnreadableAnswerError` when it is not there."""
    body = _object(raw)
    places = (body, _object(body.get("data")), _object(body.get("result")))
    told = (place.get(name) for place in places for name in ("text", "transcript", "transcription"))
    text = next((text for text in told if isinstance(text, str)), raw)
    if not isinstance(text, str):
        raise UnreadableAnswerError("the answer is no transcript")
    return text.strip()


def _pictures(message: Mapping[str, Any]) -> tuple[ImageResult | None, ...]:
    """Pictures in an answer: OpenRouter's `images: [{"type": "image_url", "image_url": {"url": …}}]`, or such parts."""
    parts = [part for part in _objects(message.get("content")) if part.get("type") == "image_url"]
    entries = (_object(entry.get("image_url")) or entry for entry in (*_objects(message.get("images")), *parts))
    return tuple(read_image(entry) for entry in entries)


def _tools(message: Mapping[str, Any]) -> tuple[ToolPiece, ...]:
    """The calls in a message, or its only one: `function_call`, OpenAI's older form."""
    return tuple(_tool(entry) for entry in _objects(message.get("tool_calls") or message.get("function_call")))


def _tool(entry: Mapping[str, Any]) -> ToolPiece:
    function = _object(entry.get("function")) or entry
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
    """The objects in a list; some gateways send the only one as it is."""
    if isinstance(raw, dict):
        return [cast("dict[str, Any]", raw)]
    return [_object(entry) for entry in cast("list[object]", raw)] if isinstance(raw, list) else []


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


def _count(raw: object) -> int:
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    return raw if isinstance(raw, int) else 0
