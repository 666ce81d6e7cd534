"""The words in a message or in a piece of one, in whatever form they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

# What models think stands in one of these, and sometimes the same in several: the first that has words counts.
_THOUGHTS = (
    "reasoning_content",
    "reasoning",
    "thinking",
    "reasoning_text",
    "thinking_content",
    "thought",
    "reasoning_details",
    "thinking_blocks",
)
_TEXTS = ("text", "refusal", "content", "output_text", "value", "parts")
_THOUGHT_TEXTS = ("thinking", "reasoning", "text", "content", "summary")
# Parts of a content that bring no words.
_SILENT = ("image", "audio", "video", "file", "reference", "citation", "tool", "signature")
# Where words stand in the answers of other APIs.
_SPEAKING = frozenset(
    {"content", "text", "delta", "output", "output_text", "result", "response", "parts", "candidates"}
    | {"answer", "reply", "completion", "generated_text", "token"}
)
_NO_WORDS = frozenset({"type", "id", "index", "annotations", "logprobs", "cache_control"})


@dataclass(frozen=True, slots=True)
class Words:
    """`unread`: there is something that must be words, in a form that nobody knows."""

    text: str = ""
    reasoning: str = ""
    unread: bool = False

    def __bool__(self) -> bool:
        return bool(self.text or self.reasoning or self.unread)


def read_words(message: object) -> Words:
    """Read a message, or a piece of one: a text, OpenAI's fields, or a `content` of parts (Mistral, Google)."""
    if not isinstance(message, dict):
        return _flat(message)
    fields = cast("dict[str, Any]", message)
    content = _flat(fields.get("content"))
    refusal = _flat(fields.get("refusal"))
    told = (_flat(fields.get(name)) for name in _THOUGHTS)
    thought = next((words.text + words.reasoning for words in told if words.text or words.reasoning), "")
    return Words(
        content.text + refusal.text,
        thought + content.reasoning,
        content.unread or (not thought and _is_foreign(fields)),
    )


def speaks(value: object) -> bool:
    """Whether words seem to stand in JSON of another form than a chat completion's."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, list):
        return any(map(speaks, cast("list[object]", value)))
    if not isinstance(value, dict):
        return False
    fields = cast("dict[str, object]", value)
    message = fields.get("message")  # as a text it may be "success"
    return any(speaks(inner) for name, inner in fields.items() if name in _SPEAKING) or (
        isinstance(message, dict) and speaks(cast("object", message))
    )


def _is_foreign(fields: Mapping[str, Any]) -> bool:
    """Whether a piece has none of the known fields, but words elsewhere."""
    return "content" not in fields and not any(name in fields for name in _THOUGHTS) and speaks(fields)


def _flat(value: object) -> Words:
    if isinstance(value, str):
        return Words(value)
    if isinstance(value, bool):
        return Words(unread=True)
    if isinstance(value, int | float):
        return Words(str(value))
    if isinstance(value, list):
        return _joined(map(_flat, cast("list[object]", value)))
    return _part(cast("dict[str, Any]", value)) if isinstance(value, dict) else Words()


def _joined(parts: Iterable[Words]) -> Words:
    known = list(parts)
    return Words(
        "".join(part.text for part in known),
        "".join(part.reasoning for part in known),
        any(part.unread for part in known),
    )


def _part(part: Mapping[str, Any]) -> Words:
    kind = str(part.get("type") or "").lower()
    if any(word in kind for word in _SILENT):
        return Words()
    if "think" in kind or "reason" in kind or part.get("thought") is True:
        inner = _first(part, _THOUGHT_TEXTS)
        return Words(reasoning=inner.text + inner.reasoning)
    return _first(part, _TEXTS) or Words(unread=_says_more(part))


def _first(part: Mapping[str, Any], names: Iterable[str]) -> Words:
    return next((words for name in names if (words := _flat(part.get(name)))), Words())


def _says_more(part: Mapping[str, Any]) -> bool:
    """Whether a part without known words has others than its type and its number."""
    return any(bool(value) for name, value in part.items() if name not in _NO_WORDS and name not in _TEXTS)
