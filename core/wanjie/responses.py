"""The responses of Wanjie, parsed into values.

Parsing is lenient: unknown, missing and null fields are normal (the Open API's own examples differ from each other).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias, cast

from core.json_reader import as_int, as_object, as_objects, as_text

from .errors import ServerFaultError, UnreadableAnswerError
from .image_responses import ImageResult, parse_image
from .streaming.content_parts import MessageText, contains_text, has_unknown_text, parse_message_text
from .streaming.finish_reasons import normalize_finish_reason
from .streaming.think_tags import split_reasoning
from .streaming.tool_calls import ToolCall, ToolCallAssembler, ToolCallPiece

_CONTENT_KEYS = ("delta", "message", "text")
"""The fields of a choice that may hold its content, the usual one first."""
MAX_MODELS, _MAX_ID_LENGTH = 2_000, 200
"""Models of a list that are kept, four times those of the largest aggregator, and characters of an id."""
_MAX_CHOICES = 16
"""One is asked for."""


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
    """The next piece of the reasoning that precedes the answer; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of an answer; `reason` is stop, length, content_filter or tool_calls."""

    reason: str
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class ImageDelta:
    """An image in the answer; None when it was broken."""

    image: ImageResult | None


@dataclass(frozen=True, slots=True)
class Correction:
    """Replaces all deltas so far: this is the whole reasoning and the whole text up to here.

    `was_misread`: the beginning of the text was taken for reasoning, or reasoning for the text (see
    `ChatRequest.starts_with_reasoning`).
    """

    reasoning: str
    text: str
    was_misread: bool = False


Delta: TypeAlias = TextDelta | ReasoningDelta | ImageDelta | Correction | ToolCall | Finish
"""Tool calls come last, each complete, directly before the `Finish`."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer; `text` is exactly what the model wrote, with blank lines at both ends, without its reasoning."""

    text: str
    reasoning: str
    finish_reason: str
    usage: Usage | None
    tool_calls: tuple[ToolCall, ...] = ()
    images: tuple[ImageResult | None, ...] = ()
    """Images sent beside the text; None for a broken one."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a recording, and its length in `seconds` as the platform reports it; None if it does not."""

    text: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """The content of one frame; `finish_reason` (see `Finish`, or `error`) is "" until the answer's end."""

    text: str = ""
    reasoning: str = ""
    finish_reason: str = ""
    usage: Usage | None = None
    tool_pieces: tuple[ToolCallPiece, ...] = ()
    is_unreadable: bool = False
    """It has text in an unknown form."""
    source: str = ""
    """The field of the choice that held the content: `delta`, `message` or `text`; "" when there was none."""
    other_choice_has_content: bool = False
    """Another choice than the first has text."""
    has_unknown_text: bool = False
    """There is no known text, and a field that may hold some."""
    images: tuple[ImageResult | None, ...] = ()
    """Images sent beside the text; None for a broken one."""


def parse_models(raw: object) -> tuple[str, ...]:
    """Parse the ids in the list of models, an array or an object with `data`; each id once, in the given order.

    Other names for the list and the ids, and envelopes around it, are accepted.
    """
    entries = _find_list(raw)
    if entries is None:
        raise UnreadableAnswerError("the answer is not a list of models")
    names = (entry if isinstance(entry, str) else _parse_model_id(as_object(entry)) for entry in entries)
    usable = dict.fromkeys(name for name in names if name.strip() and len(name) <= _MAX_ID_LENGTH)
    return tuple(islice(usable, MAX_MODELS))


def _find_list(
    raw: object, names: tuple[str, ...] = ("data", "models", "result", "items", "list")
) -> list[object] | None:
    """Find the first list in one of these fields, also nested."""
    if isinstance(raw, list):
        return cast("list[object]", raw)
    inner = (_find_list(as_object(raw)[name]) for name in names if name in as_object(raw))
    return next((entries for entries in inner if entries is not None), None)


def _parse_model_id(entry: Mapping[str, Any]) -> str:
    return next((name for key in ("id", "model", "model_id", "name") if (name := as_text(entry.get(key)))), "")


def parse_completion(raw: object) -> Completion:
    """Parse the answer of a chat that was not streamed.

    Raises `UnreadableAnswerError` when it has no choice or text in an unknown form, `ServerFaultError` when the model
    ended with an error.
    """
    body = unwrap(raw)
    if not as_objects(body.get("choices")):
        raise UnreadableAnswerError("the answer has no choice")
    chunk = parse_chunk(body)
    if chunk.is_unreadable or (not chunk.text and (chunk.other_choice_has_content or chunk.has_unknown_text)):
        raise UnreadableAnswerError("the text of the answer has an unknown form")
    if chunk.finish_reason == "error":
        raise ServerFaultError("the model ended with an error")
    thought, text = split_reasoning(chunk.text)
    calls = ToolCallAssembler()
    calls.add(chunk.tool_pieces)
    return Completion(
        text,
        chunk.reasoning + thought,
        chunk.finish_reason or "stop",
        chunk.usage,
        calls.assemble(),
        chunk.images,
    )


def unwrap(raw: object) -> dict[str, Any]:
    """Take the answer out of an envelope such as the platform's `{"code", "message", "timestamp", "result"}`."""
    body = as_object(raw)
    inner = (as_object(body.get(name)) for name in ("data", "result", "output"))
    return body if "choices" in body else next((fields for fields in inner if "choices" in fields), body)


def parse_chunk(raw: object) -> Chunk:
    """Parse one frame of a streamed chat; of several choices only the one with the index 0 counts."""
    body = unwrap(raw)
    usage = _parse_usage(body.get("usage"))
    if "choices" not in body:
        return Chunk(usage=usage, is_unreadable=contains_text(raw))
    choices = as_objects(body.get("choices"))[:_MAX_CHOICES]
    numbers = [_parse_index(choice, position) for position, choice in enumerate(choices)]
    choice = next((choice for choice, number in zip(choices, numbers, strict=True) if number == 0), as_object(None))
    others = (choice for choice, number in zip(choices, numbers, strict=True) if number != 0)
    place, words, message = _parse_choice(choice)
    return Chunk(
        text=words.text,
        reasoning=words.reasoning,
        finish_reason=_parse_finish_reason(choice),
        usage=usage,
        tool_pieces=_parse_tool_pieces(message),
        is_unreadable=words.is_unreadable,
        source=place,
        other_choice_has_content=any(_parse_choice(other)[1] for other in others),
        has_unknown_text=not words and any(has_unknown_text(choice.get(name)) for name in _CONTENT_KEYS),
        images=_parse_images(message),
    )


def _parse_index(choice: Mapping[str, Any], position: int) -> int:
    index: object = choice.get("index")
    return as_int(index) if isinstance(index, int | float) else position


def _parse_finish_reason(choice: Mapping[str, Any]) -> str:
    reason: object = choice.get("finish_reason") or choice.get("finishReason")
    return normalize_finish_reason(as_text(reason) or as_text(as_object(reason).get("type")))


def _parse_choice(choice: Mapping[str, Any]) -> tuple[str, MessageText, Mapping[str, Any]]:
    """Return the field of a choice with its text (see `Chunk.source`), the text, and the object that holds it."""
    for name in _CONTENT_KEYS:
        words, message = parse_message_text(choice.get(name)), as_object(choice.get(name))
        if words or any(message.get(field) for field in ("tool_calls", "function_call", "images")):
            return name, words, message
    rest = {name: value for name, value in choice.items() if name not in _CONTENT_KEYS}
    return "", MessageText(is_unreadable=contains_text(rest)), as_object(choice.get("delta"))


def parse_transcript(raw: object) -> Transcript:
    """Parse a transcript, "" for silence; raise `UnreadableAnswerError` when there is none."""
    body = as_object(raw)
    places = (body, as_object(body.get("data")), as_object(body.get("result")))
    told = (place.get(name) for place in places for name in ("text", "transcript", "transcription"))
    text = next((text for text in told if isinstance(text, str)), raw)
    if not isinstance(text, str):
        raise UnreadableAnswerError("the answer is not a transcript")
    # OpenAI's models report it in the usage, its older form `verbose_json` beside the text.
    reported = (as_object(body.get("usage")).get("seconds"), *(place.get("duration") for place in places))
    numbers = (number for number in reported if isinstance(number, int | float) and not isinstance(number, bool))
    return Transcript(text.strip(), next(numbers, None))


def _parse_images(message: Mapping[str, Any]) -> tuple[ImageResult | None, ...]:
    """Parse OpenRouter's `images: [{"type": "image_url", "image_url": {"url": …}}]`, or content parts of that form."""
    if not message.get("images") and not isinstance(message.get("content"), list | dict):
        return ()
    parts = [part for part in as_objects(message.get("content")) if part.get("type") == "image_url"]
    entries = (as_object(entry.get("image_url")) or entry for entry in (*as_objects(message.get("images")), *parts))
    return tuple(parse_image(entry) for entry in entries)


def _parse_tool_pieces(message: Mapping[str, Any]) -> tuple[ToolCallPiece, ...]:
    """Parse the tool calls in a message, or the only one in `function_call`, OpenAI's older form."""
    return tuple(
        _parse_tool_piece(entry) for entry in as_objects(message.get("tool_calls") or message.get("function_call"))
    )


def _parse_tool_piece(entry: Mapping[str, Any]) -> ToolCallPiece:
    function = as_object(entry.get("function")) or entry
    index: object = entry.get("index")
    arguments: object = function.get("arguments")
    return ToolCallPiece(
        index if isinstance(index, int) else None,
        as_text(entry.get("id")),
        as_text(function.get("name")),
        # Some gateways send the arguments as an object instead of a string.
        json.dumps(arguments, ensure_ascii=False) if isinstance(arguments, dict) else as_text(arguments),
    )


def _parse_usage(raw: object) -> Usage | None:
    if not (body := as_object(raw)):
        return None
    prompt, completion = as_int(body.get("prompt_tokens")), as_int(body.get("completion_tokens"))
    return Usage(prompt, completion, as_int(body.get("total_tokens")) or prompt + completion)
