"""What goes over the wire to Wanjie and comes back, as values.

Reading is lenient: unknown, missing and null fields are normal (the Open API's own examples differ from each other).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from .errors import UnreadableAnswerError


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One entry of the list of models; `created` is seconds since the epoch, 0 when unknown."""

    id: str
    owner: str = ""
    created: int = 0


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation; `role` is system, user or assistant, `images` are https or data URLs."""

    role: str
    content: str
    images: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        if not self.images:
            return {"role": self.role, "content": self.content}
        parts: list[dict[str, Any]] = [{"type": "text", "text": self.content}]
        parts += [{"type": "image_url", "image_url": {"url": url}} for url in self.images]
        return {"role": self.role, "content": parts}


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question to a chat model; `extra` holds further parameters of the OpenAI API as they are."""

    model: str
    messages: tuple[ChatMessage, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def as_json(self, *, stream: bool) -> dict[str, Any]:
        known = {"temperature": self.temperature, "max_tokens": self.max_tokens}
        return {
            **self.extra,
            **{name: value for name, value in known.items() if value is not None},
            "model": self.model,
            "messages": [message.as_json() for message in self.messages],
            "stream": stream,
        }


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """Words to be spoken; `voice` is free text (the Open API shows only 普通话, Mandarin)."""

    model: str
    text: str
    voice: str = "普通话"
    speed: float = 1.0
    format: str = "mp3"

    def as_json(self) -> dict[str, Any]:
        # `responseFormat` is spelt so on the Open API's page, unlike OpenAI's own `response_format`.
        return {
            "input": self.text,
            "model": self.model,
            "voice": self.voice,
            "responseFormat": self.format,
            "speed": self.speed,
        }


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """Pictures to be made; `n` of them. Flux.1-Schnell takes prompts in English only."""

    model: str
    prompt: str
    n: int = 1
    size: str = "1024x1024"
    quality: str = "standard"
    style: str = "vivid"
    format: str = "url"

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "prompt": self.prompt,
            "n": self.n,
            "size": self.size,
            "responseFormat": self.format,
            "quality": self.quality,
            "style": self.style,
        }


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


Delta: TypeAlias = TextDelta | ReasoningDelta | Finish


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer; `text` is exactly what the model said, blank lines at its ends included."""

    text: str
    reasoning: str
    finish_reason: str
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one frame of a stream adds; `finish_reason` is "" until the answer's end."""

    text: str = ""
    reasoning: str = ""
    finish_reason: str = ""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class ImageLink:
    """Where a picture can be fetched for a while; nobody promises for how long."""

    url: str


@dataclass(frozen=True, slots=True)
class ImageData:
    """The bytes of a picture."""

    data: bytes


ImageResult: TypeAlias = ImageLink | ImageData


def parse_models(raw: object) -> tuple[ModelCard, ...]:
    """Read the list of models, a bare array or an object with `data`; each id once, in the given order."""
    entries: object = cast("object", raw) if isinstance(raw, list) else _object(raw).get("data")
    if not isinstance(entries, list):
        raise UnreadableAnswerError("the answer is no list of models")
    cards: dict[str, ModelCard] = {}
    for entry in _objects(cast("object", entries)):
        if name := _text(entry.get("id")):
            cards.setdefault(name, ModelCard(name, _text(entry.get("owned_by")), _count(entry.get("created"))))
    return tuple(cards.values())


def parse_completion(raw: object) -> Completion:
    """Read the answer of a chat that was not streamed; raise `UnreadableAnswerError` when it has no choice."""
    body = _object(raw)
    choices = _objects(body.get("choices"))
    if not choices:
        raise UnreadableAnswerError("the answer has no choice")
    message = _object(choices[0].get("message"))
    return Completion(
        text=_text(message.get("content")),
        reasoning=_reasoning(message),
        finish_reason=_text(choices[0].get("finish_reason")) or "stop",
        usage=_usage(body.get("usage")),
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
    )


def parse_images(raw: object) -> list[ImageResult]:
    """Read the pictures of an answer, links and bytes alike; raise `UnreadableAnswerError` when there is none."""
    images: list[ImageResult] = []
    for entry in _objects(_object(raw).get("data")):
        if encoded := _text(entry.get("b64_json")):
            images.append(ImageData(_decoded(encoded)))
        elif url := _text(entry.get("url")):
            images.append(ImageLink(url))
    if not images:
        raise UnreadableAnswerError("the answer has no picture")
    return images


def _decoded(encoded: str) -> bytes:
    # Some models put a data URL where plain base64 is expected.
    payload = encoded.rpartition(",")[2] if encoded.startswith("data:") else encoded
    try:
        return base64.b64decode(payload)
    except binascii.Error:
        raise UnreadableAnswerError("a picture is not valid base64") from None


def _reasoning(message: Mapping[str, Any]) -> str:
    return _text(message.get("reasoning_content")) or _text(message.get("reasoning"))


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
