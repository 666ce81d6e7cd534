"""Forms in which gateways send the frames of an answer, for `Script.reshape`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Frame: TypeAlias = dict[str, Any]
Reshape: TypeAlias = Callable[[Frame], list[Frame | str]]
"""From a frame of the Open API to what is sent in its place: JSON, or texts as they are."""


def unchanged(frame: Frame) -> list[Frame | str]:
    """As on the Open API's page."""
    return [frame]


def stop_everywhere(frame: Frame) -> list[Frame | str]:
    """Say `stop` with every piece."""
    return [_with_choices(frame, lambda choice: choice | {"finish_reason": choice["finish_reason"] or "stop"})]


def stop_after_reasoning(frame: Frame) -> list[Frame | str]:
    """Say `stop` with each thought, too (Ollama 0.11)."""
    ended = _with_choices(
        frame, lambda choice: choice | ({"finish_reason": "stop"} if choice["delta"]["reasoning_content"] else {})
    )
    return [ended]


def in_parts(frame: Frame) -> list[Frame | str]:
    """Content as a list of parts (Mistral)."""
    return [_with_delta(frame, _split_into_parts)]


def as_message(frame: Frame) -> list[Frame | str]:
    """A `message` where a `delta` belongs."""
    return [_with_choices(frame, lambda choice: {**choice, "message": choice["delta"], "delta": None})]


def as_text(frame: Frame) -> list[Frame | str]:
    """The text alone, as completions without a chat have it."""
    return [
        _with_choices(frame, lambda choice: {**_without(choice, "delta"), "text": choice["delta"]["content"] or ""})
    ]


def as_refusal(frame: Frame) -> list[Frame | str]:
    """The words of a model that declines (OpenAI)."""
    return [_with_delta(frame, lambda delta: delta | {"content": None, "refusal": delta["content"]})]


def two_choices(frame: Frame) -> list[Frame | str]:
    """Two choices, the second one first and each in a frame of its own."""
    second = _with_choices(frame, lambda choice: {**choice, "index": 1, "delta": {"content": " never"}})
    return [second, frame] if frame["choices"] else [frame]


def cumulative() -> Reshape:
    """Each piece as the whole text so far (Qwen at DashScope without `incremental_output`); of one answer."""
    told = {"content": "", "reasoning_content": ""}

    def grown(delta: Frame) -> Frame:
        for name in told:
            told[name] += delta[name] or ""
        return delta | told

    return lambda frame: [_with_delta(frame, grown)]


def with_pings(frame: Frame) -> list[Frame | str]:
    """A sign of life as data, where a comment would do."""
    return [frame, "ping"]


def in_unknown_form(frame: Frame) -> list[Frame | str]:
    """Content that no API was ever seen to send."""
    return [_with_delta(frame, lambda delta: delta | {"content": {"words": delta["content"] or ""}})]


def _split_into_parts(delta: Frame) -> Frame:
    said = [{"type": "text", "text": delta["content"]}] if delta["content"] else []
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": delta["reasoning_content"]}]}
    return delta | {"content": [thought, *said] if delta["reasoning_content"] else said, "reasoning_content": None}


def _with_delta(frame: Frame, change: Callable[[Frame], Frame]) -> Frame:
    return _with_choices(frame, lambda choice: choice | {"delta": change(choice["delta"])})


def _with_choices(frame: Frame, change: Callable[[Frame], Frame]) -> Frame:
    return frame | {"choices": [change(choice) for choice in frame["choices"]]}


def _without(fields: Frame, name: str) -> Frame:
    return {key: value for key, value in fields.items() if key != name}
