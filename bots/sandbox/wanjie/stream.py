"""A chat answer on its way out of the simulated Wanjie, frame by frame as on the Open API's page."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aiohttp import web

from .scripted_behaviour import Script

# Characters of a call's arguments in one frame.
_ARGUMENT_PIECE_LENGTH = 8
_HOLD_CHECK_INTERVAL = 0.02


class ConnectionDropped(Exception):  # noqa: N818 - not an error: the script asked for it
    """The connection was closed in mid-reply, as scripted."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model says, by tokens; `calls` of tools have a name and JSON, `pause` is seconds before each token.

    `pictures` are addresses.
    """

    reasoning: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()
    pause: float = 0.0
    pictures: tuple[str, ...] = ()

    def finish_reason(self, scripted: str) -> str:
        return "tool_calls" if self.calls else scripted

    def images(self) -> list[dict[str, Any]]:
        """OpenRouter: the pictures as a message or a delta holds them."""
        return [{"type": "image_url", "image_url": {"url": url}} for url in self.pictures]

    def tool_calls(self) -> list[dict[str, Any]]:
        """OpenAI: the calls as a message holds them."""
        return [
            {"id": f"call_{uuid4().hex}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for name, arguments in self.calls
        ]


class StreamedReply:
    """Send the tokens of one answer; `sent` gets each of them with the moment it went out."""

    def __init__(self, request: web.Request, script: Script, model: str, sent: list[tuple[float, str]]) -> None:
        self._request = request
        self._script = script
        self._model = model
        self._sent = sent
        self._id = f"chatcmpl-{uuid4().hex}"
        self._created = int(time.time())
        self._frame_count = 0
        self._due = time.monotonic() + script.first_token_delay
        self._response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})

    async def run(self, reply: Reply, prompt_tokens: int) -> web.StreamResponse:
        """Send everything that the script lets through."""
        await self._response.prepare(self._request)
        await self._send_frame(self._make_chunk({"role": "assistant", "reasoning_content": ""}))
        for field, tokens in (("reasoning_content", reply.reasoning), ("content", reply.text)):
            for token in tokens:
                if await self._apply_faults():
                    return self._response
                self._due += reply.pause
                await self._send_token(field, token)
        if await self._apply_faults():
            return self._response
        if reply.pictures:
            await self._send_frame(self._make_chunk({"images": reply.images()}))
        await self._send_calls(reply)
        usage = {"prompt_tokens": prompt_tokens, "completion_tokens": len(self._sent)}
        await self._end(usage, reply.finish_reason(self._script.finish_reason))
        return self._response

    async def _send_calls(self, reply: Reply) -> None:
        """OpenAI: the first piece of a call names it, the others bring its arguments bit by bit."""
        for index, call in enumerate(reply.tool_calls()):
            await self._wait_until_due()
            if self._script.tool_calls_in_one:
                await self._send_frame(self._make_chunk({"tool_calls": [{"index": index, **call}]}))
                continue
            name, arguments = call["function"]["name"], call["function"]["arguments"]
            first = {"index": index, **call, "function": {"name": name, "arguments": ""}}
            pieces = [
                arguments[start : start + _ARGUMENT_PIECE_LENGTH]
                for start in range(0, len(arguments), _ARGUMENT_PIECE_LENGTH)
            ]
            rest = [{"index": index, "function": {"arguments": piece}} for piece in pieces]
            for piece in (first, *rest):
                await self._send_frame(self._make_chunk({"tool_calls": [piece]}))

    async def _send_token(self, field: str, token: str) -> None:
        await self._wait_until_due()
        await self._send_frame(self._make_chunk({field: token}))
        self._sent.append((time.monotonic(), token))

    async def _wait_until_due(self) -> None:
        """Wait until the next token is due; by the clock, so that delays do not add up."""
        while (left := self._due - time.monotonic()) > 0:
            every = self._script.comment_every
            await asyncio.sleep(left if every is None else min(left, every))
            if every is not None:
                await self._send_text(": keep-alive\n\n")
        if self._script.tokens_per_second:
            self._due += 1 / self._script.tokens_per_second

    async def _apply_faults(self) -> bool:
        """Do what the script has for this moment; tell whether the reply ends here."""
        script, count = self._script, len(self._sent)
        await self._wait_while_held(count)
        if count == script.malformed_after and script.malformed_times != 0:
            if script.malformed_times is not None:
                script.malformed_times -= 1
            await self._send_data('{"id": "chatcmpl-')
        if count == script.hang_after:
            self._due = float("inf")
            await self._hang()
        if count == script.break_after and script.break_times != 0:
            if script.break_times is not None:
                script.break_times -= 1
            raise ConnectionDropped
        if count == script.error_after:
            error = script.error
            await self._send_frame({"error": {"message": error.message, "type": error.code, "code": error.status}})
            return True
        return False

    async def _wait_while_held(self, count: int) -> None:
        while self._script.hold_after is not None and count >= self._script.hold_after:
            await asyncio.sleep(_HOLD_CHECK_INTERVAL)
            self._due = max(self._due, time.monotonic())

    async def _hang(self) -> None:
        while True:
            await asyncio.sleep(self._script.comment_every or 3600)
            await self._send_text(": keep-alive\n\n")

    async def _end(self, usage: dict[str, Any], finish_reason: str) -> None:
        if self._script.finish:
            await self._send_frame(self._make_chunk({}, finish_reason=finish_reason))
        if self._script.usage:
            total = usage["prompt_tokens"] + usage["completion_tokens"]
            details = {"prompt_tokens_details": None, "completion_tokens_details": None}
            await self._send_frame(
                self._make_head() | {"choices": [], "usage": {**usage, "total_tokens": total, **details}}
            )
        if self._script.done:
            await self._send_data("[DONE]")
        await self._response.write_eof()

    def _make_head(self) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._model,
            "system_fingerprint": "fp_102727",
        }

    def _make_chunk(self, said: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        delta = {"role": None, "content": None, "reasoning_content": "", "refusal": None, "tool_calls": None} | said
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._make_head() | {"choices": [choice], "usage": None}

    async def _send_frame(self, frame: dict[str, Any]) -> None:
        for data in self._script.reshape(frame) if "choices" in frame else [frame]:
            compact = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
            await self._send_data(data if isinstance(data, str) else compact)

    async def _send_data(self, text: str) -> None:
        identity = f"id: {self._frame_count}\n" if self._script.ids else ""
        self._frame_count += 1
        await self._send_text(f"{identity}data: {text}\n\n")

    async def _send_text(self, text: str) -> None:
        data = text.replace("\n", self._script.newline).encode()
        step = self._script.write_size or len(data)
        for start in range(0, len(data), step):
            await self._response.write(data[start : start + step])
