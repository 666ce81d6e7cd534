"""The requests to Wanjie, as values with their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .streaming.tool_calls import Tool, ToolCall


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation; `role` is system, user, assistant or tool.

    `images` are https or data URLs. An assistant's message may hold the `tool_calls` it made; each is followed by a
    message of the role tool with its `tool_call_id`. Reasoning models need the `reasoning` that led to their calls
    with them (DeepSeek API docs, thinking mode: tool calls; the same for Kimi's models).
    """

    role: str
    content: str
    images: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    reasoning: str = ""

    def as_json(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": self.role, "content": self._content_as_json()}
        if self.tool_calls:
            message["tool_calls"] = [call.as_json() for call in self.tool_calls]
        if self.tool_call_id:
            message["tool_call_id"] = self.tool_call_id
        if self.reasoning:
            message["reasoning_content"] = self.reasoning
        return message

    def _content_as_json(self) -> str | list[dict[str, Any]]:
        if not self.images:
            return self.content
        pictures = [{"type": "image_url", "image_url": {"url": url}} for url in self.images]
        return [{"type": "text", "text": self.content}, *pictures]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question to a chat model; `extra` holds further parameters of the OpenAI API.

    `silence_timeout` replaces the configured timeouts: the seconds that the model may send nothing, at the beginning
    and in between, whatever comments its gateway sends. Video models need it.

    `starts_with_reasoning`: the model's template opens the reasoning in the prompt, so a streamed answer begins inside
    it, without an opening tag.
    """

    model: str
    messages: tuple[ChatMessage, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tools: tuple[Tool, ...] = ()
    silence_timeout: float | None = None
    starts_with_reasoning: bool = False

    @property
    def has_system_message(self) -> bool:
        """Whether any message is of the role system."""
        return any(message.role == "system" for message in self.messages)

    def without_system_role(self) -> ChatRequest:
        """Return the question for models without a system role: the instructions precede the first user message."""
        instructions = "\n\n".join(message.content for message in self.messages if message.role == "system")
        messages = [message for message in self.messages if message.role != "system"]
        first = next((place for place, message in enumerate(messages) if message.role == "user"), None)
        if first is None:
            messages.insert(0, ChatMessage("user", instructions))
        else:
            asked = messages[first]
            messages[first] = replace(asked, content=f"{instructions}\n\n{asked.content}")
        return replace(self, messages=tuple(messages))

    def as_json(self, *, stream: bool) -> dict[str, Any]:
        known = {"temperature": self.temperature, "max_tokens": self.max_tokens}
        tools = {"tools": [tool.as_json() for tool in self.tools]} if self.tools else {}
        return {
            **self.extra,
            **tools,
            **{name: value for name, value in known.items() if value is not None},
            "model": self.model,
            "messages": [message.as_json() for message in self.messages],
            "stream": stream,
        }


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """A text to speak; `voice` is free text (the Open API shows only 普通话, Mandarin)."""

    model: str
    text: str
    voice: str = "普通话"
    speed: float = 1.0
    audio_format: str = "mp3"

    def as_json(self) -> dict[str, Any]:
        # The Open API's page spells it `responseFormat`; OpenAI spells it `response_format`.
        return {
            "input": self.text,
            "model": self.model,
            "voice": self.voice,
            "responseFormat": self.audio_format,
            "speed": self.speed,
        }


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """A prompt for `n` images. Flux.1-Schnell accepts prompts in English only."""

    model: str
    prompt: str
    n: int = 1
    size: str = "1024x1024"
    quality: str = "standard"
    style: str = "vivid"
    response_format: str = "url"

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "prompt": self.prompt,
            "n": self.n,
            "size": self.size,
            "responseFormat": self.response_format,
            "quality": self.quality,
            "style": self.style,
        }


@dataclass(frozen=True, slots=True)
class TranscriptionRequest:
    """Speech to transcribe; models recognise its format by the suffix of `file_name`, or by `mime`."""

    model: str
    audio: bytes
    file_name: str
    mime: str

    def as_form(self) -> dict[str, str]:
        # The Open API's page does not show this call, so it has OpenAI's form.
        return {"model": self.model, "response_format": "json"}
