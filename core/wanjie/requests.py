"""What Wanjie is asked, as values that know their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .streaming.tool_calls import Tool, ToolCall


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation; `role` is system, user, assistant or tool.

    `images` are https or data URLs. An assistant's message may hold the `tool_calls` it made; each is then answered by
    a message of the role tool with its `tool_call_id`. Models that think want the `reasoning` that led to their calls
    back with them (DeepSeek API docs, thinking mode: tool calls; Kimi's models alike).
    """

    role: str
    content: str
    images: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    reasoning: str = ""

    def as_json(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": self.role, "content": self._content()}
        if self.tool_calls:
            message["tool_calls"] = [call.as_json() for call in self.tool_calls]
        if self.tool_call_id:
            message["tool_call_id"] = self.tool_call_id
        if self.reasoning:
            message["reasoning_content"] = self.reasoning
        return message

    def _content(self) -> str | list[dict[str, Any]]:
        if not self.images:
            return self.content
        pictures = [{"type": "image_url", "image_url": {"url": url}} for url in self.images]
        return [{"type": "text", "text": self.content}, *pictures]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question to a chat model; `extra` holds further parameters of the OpenAI API as they are.

    `patience` replaces the configured timeouts: for so many seconds may the model say nothing, at the beginning and in
    between, whatever comments its gateway sends. Video models need it.

    `begins_thinking`: the model's template opens its thinking in the prompt, so that a streamed answer begins with it.
    """

    model: str
    messages: tuple[ChatMessage, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tools: tuple[Tool, ...] = ()
    patience: float | None = None
    begins_thinking: bool = False

    @property
    def has_system(self) -> bool:
        """Whether any message is of the role system."""
        return any(message.role == "system" for message in self.messages)

    def without_system_role(self) -> ChatRequest:
        """The same question for models that know no system role: its instructions stand before the first question."""
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
class TranscriptionRequest:
    """Speech to be written down; models tell its format by the ending of `name`, or by `mime`."""

    model: str
    audio: bytes
    name: str
    mime: str

    def as_form(self) -> dict[str, str]:
        # The Open API's page does not show this call, so it is spelt as OpenAI spells it.
        return {"model": self.model, "response_format": "json"}
