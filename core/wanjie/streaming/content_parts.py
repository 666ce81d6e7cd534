"""Parse the text and the reasoning of a message, or of a piece of one, in all their forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

# Fields for reasoning. Some gateways send the same in several: the first with text counts.
_REASONING_KEYS = (
    "reasoning_content",
    "reasoning",
    "thinking",
    "reasoning_text",
    "thinking_content",
    "thought",
    "reasoning_details",
    "thinking_blocks",
)
_PLAIN_KEYS = frozenset({"role", "content"})
"""The fields of nearly all pieces."""
_TEXT_KEYS = ("text", "refusal", "content", "output_text", "value", "parts")
_REASONING_TEXT_KEYS = ("thinking", "reasoning", "text", "content", "summary")
# Types of content parts without text.
_NON_TEXT_TYPES = ("image", "audio", "video", "file", "reference", "citation", "tool", "signature")
# Fields for text in the responses of other APIs.
_TEXT_KEYS_OF_OTHER_APIS = frozenset(
    {"content", "text", "delta", "output", "output_text", "result", "response", "parts", "candidates"}
    | {"answer", "reply", "completion", "generated_text", "token"}
)
_KNOWN_KEYS = frozenset(
    {"role", "name", "content", "refusal", "type", "id", "status", "tool_calls", "function_call", *_REASONING_KEYS}
)
"""The fields of a message whose texts are read, or are no part of an answer."""
_METADATA_KEYS = frozenset({"type", "id", "index", "annotations", "logprobs", "cache_control"})


@dataclass(frozen=True, slots=True)
class MessageText:
    """`is_unreadable`: there is text in an unknown form."""

    text: str = ""
    reasoning: str = ""
    is_unreadable: bool = False

    def __bool__(self) -> bool:
        return bool(self.text or self.reasoning or self.is_unreadable)


def parse_message_text(message: object) -> MessageText:
    """Parse a message, or a piece of one: a string, OpenAI's fields, or a `content` of parts (Mistral, Google)."""
    if not isinstance(message, dict):
        return _flatten(message)
    fields = cast("dict[str, Any]", message)
    if fields.keys() <= _PLAIN_KEYS and isinstance(words := fields.get("content"), str):
        return MessageText(words)
    content = _flatten(fields.get("content"))
    refusal = _flatten(fields.get("refusal"))
    told = (_flatten(fields[name]) for name in _REASONING_KEYS if fields.get(name))
    thought = next((words.text + words.reasoning for words in told if words.text or words.reasoning), "")
    return MessageText(
        content.text + refusal.text,
        thought + content.reasoning,
        content.is_unreadable or (not thought and _is_unknown_form(fields)),
    )


def contains_text(value: object) -> bool:
    """Whether JSON of another form than a chat completion seems to contain text."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, list):
        return any(map(contains_text, cast("list[object]", value)))
    if not isinstance(value, dict):
        return False
    fields = cast("dict[str, object]", value)
    message = fields.get("message")  # as a string it may be "success"
    return any(contains_text(inner) for name, inner in fields.items() if name in _TEXT_KEYS_OF_OTHER_APIS) or (
        isinstance(message, dict) and contains_text(cast("object", message))
    )


def has_unknown_text(message: object) -> bool:
    """Whether a message has a text in a field that is not known, which may be a part of the answer or about it."""
    fields = cast("dict[str, object]", message) if isinstance(message, dict) else {}
    return any(isinstance(value, str) and value.strip() and name not in _KNOWN_KEYS for name, value in fields.items())


def _is_unknown_form(fields: Mapping[str, Any]) -> bool:
    """Whether a piece has text, but in none of the known fields."""
    return "content" not in fields and not any(name in fields for name in _REASONING_KEYS) and contains_text(fields)


def _flatten(value: object) -> MessageText:
    if isinstance(value, str):
        return MessageText(value)
    if isinstance(value, bool):
        return MessageText(is_unreadable=True)
    if isinstance(value, int | float):
        return MessageText(str(value))
    if isinstance(value, list):
        return _join(map(_flatten, cast("list[object]", value)))
    return _parse_part(cast("dict[str, Any]", value)) if isinstance(value, dict) else MessageText()


def _join(parts: Iterable[MessageText]) -> MessageText:
    known = list(parts)
    return MessageText(
        "".join(part.text for part in known),
        "".join(part.reasoning for part in known),
        any(part.is_unreadable for part in known),
    )


def _parse_part(part: Mapping[str, Any]) -> MessageText:
    kind = str(part.get("type") or "").lower()
    if any(word in kind for word in _NON_TEXT_TYPES):
        return MessageText()
    if "think" in kind or "reason" in kind or part.get("thought") is True:
        inner = _parse_first(part, _REASONING_TEXT_KEYS)
        return MessageText(reasoning=inner.text + inner.reasoning)
    return _parse_first(part, _TEXT_KEYS) or MessageText(is_unreadable=_has_unknown_content(part))


def _parse_first(part: Mapping[str, Any], names: Iterable[str]) -> MessageText:
    return next((words for name in names if (words := _flatten(part.get(name)))), MessageText())


def _has_unknown_content(part: Mapping[str, Any]) -> bool:
    """Whether a part without known text has fields other than metadata."""
    return any(bool(value) for name, value in part.items() if name not in _METADATA_KEYS and name not in _TEXT_KEYS)
