"""A Wanjie Ark Open API of one's own, on a loopback socket.

It refuses what the real one is documented to refuse; the text of its refusals is OpenAI's, whose API the Open API says
it is compatible with.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Self, cast

from aiohttp import BodyPartReader, web

from .canned_answers import count_tokens, get_last_question, make_video_progress, split_tokens
from .check_messages import check_chat
from .check_requests import (
    REASONING_MODELS,
    VIDEO_MODELS,
    Refusal,
    Upload,
    check_content_policy,
    check_image,
    check_speech,
    check_transcription,
)
from .object_store import Bucket, ReceivedDownload
from .scripted_behaviour import Failure, RawAnswer, Script
from .stream import ConnectionDropped, Reply, StreamedReply

__all__ = ["Failure", "RawAnswer", "ReceivedDownload", "ReceivedRequest", "Script", "Upload", "WanjieSim"]

_MAX_BODY_BYTES = 64 * 1024 * 1024
_Handler = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request that arrived, at `time` by `time.monotonic()`.

    `body` is its JSON, or its form with each file as an `Upload`.
    """

    method: str
    path: str
    body: dict[str, Any]
    time: float


class WanjieSim:
    """Simulate every endpoint, as `script` says; use it as an async context manager.

    `requests` are the calls so far, refused ones included; `bucket` has the files behind the links. `sent` has a list
    for each chat that was answered, in the order of arrival: the tokens, reasoning included, each with the
    `time.monotonic()` when it was written.
    """

    def __init__(self, script: Script | None = None, *, port: int = 0) -> None:
        self.script = script or Script()
        self.requests: list[ReceivedRequest] = []
        self.sent: list[list[tuple[float, str]]] = []
        self.abandoned = 0
        """Streams whose reader went away before their end."""
        self.base_url = ""
        """Ends in `/api`, as the real one does; "" until the server runs."""
        self.bucket = Bucket()
        self._port = port
        self._handlers: dict[tuple[str, str], _Handler] = {
            ("GET", "/api/v1/models"): self._models,
            ("POST", "/api/v1/chat/completions"): self._chat,
            ("POST", "/api/v1/audio/speech"): self._speech,
            ("POST", "/api/v1/audio/transcriptions"): self._transcription,
            ("POST", "/api/v1/images/generations"): self._images,
        }
        app = web.Application(client_max_size=_MAX_BODY_BYTES)
        app.add_routes([*self.bucket.routes(), web.route("*", "/{path:.*}", self._serve)])
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = cast("tuple[str, int]", self._runner.addresses[0])
        self.base_url = f"http://{host}:{port}/api"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def reset(self) -> None:
        """Forget everything that was seen and scripted."""
        self.script = Script()
        self.requests, self.sent, self.abandoned = [], [], 0
        self.bucket.downloads.clear()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await _read_body(request)
        self.requests.append(ReceivedRequest(request.method, request.path, body, time.monotonic()))
        await asyncio.sleep(self.script.header_delay)
        try:
            if failure := self._take_failure(request):
                return _failure_response(failure)
            self._authorise(request)
            return await self._find_handler(request)(request, body)
        except ConnectionDropped:
            cast("asyncio.Transport", request.transport).close()
            return web.Response()
        except Refusal as refused:
            return _refusal_response(refused.status, refused.message, refused.code, refused.param)

    def _take_failure(self, request: web.Request) -> Failure | None:
        """The first scripted failure that is for this request; it happens once."""
        fitting = (failure for failure in self.script.fail_next if request.path.endswith(failure.path))
        if failure := next(fitting, None):
            self.script.fail_next.remove(failure)
        return failure

    def _find_handler(self, request: web.Request) -> _Handler:
        if answer := self._handlers.get((request.method, request.path)):
            return answer
        known = any(path == request.path for _, path in self._handlers)
        raise Refusal(405 if known else 404, f"Invalid URL ({request.method} {request.path})", "unknown_url")

    def _authorise(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.script.key}":
            raise Refusal(401, "Incorrect API key provided.", "invalid_api_key")

    async def _models(self, _: web.Request, __: dict[str, Any]) -> web.StreamResponse:
        cards = [
            {"id": name, "object": "model", "created": 1760083578, "owned_by": "organization"}
            for name in self.script.models
        ]
        return web.json_response(cards if self.script.bare_list else {"data": cards, "object": "list"})

    async def _chat(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        check_chat(body, self.script.models)
        model, messages = str(body["model"]), cast("list[dict[str, Any]]", body["messages"])
        if self.script.rejects_system_role(model) and any(message["role"] == "system" for message in messages):
            return _failure_response(self.script.system_refusal)
        check_content_policy(get_last_question(messages), self.script.violates_policy)
        if raw := self.script.raw_answer(messages):
            return await _send_raw(request, raw)
        reply, sent = self._make_reply(model, messages, body.get("tools") or []), list[tuple[float, str]]()
        self.sent.append(sent)
        if not body.get("stream") or self.script.ignores_stream:
            return await self._completion(model, reply, count_tokens(messages))
        stream = StreamedReply(request, self.script, model, sent)
        try:
            return await stream.run(reply, count_tokens(messages))
        except (asyncio.CancelledError, ConnectionResetError):
            self.abandoned += 1
            raise

    def _make_reply(self, model: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        if VIDEO_MODELS.search(model):
            return Reply(
                text=make_video_progress(self._publish(b"a simulated video", "mp4")), pause=self.script.video_pause
            )
        reasoning = split_tokens(self.script.reasoning(messages)) if REASONING_MODELS.search(model) else []
        if tools and (calls := self.script.tool_calls(messages, tools)):
            return Reply(tuple(reasoning), calls=tuple(calls))
        tokens = split_tokens(self.script.answer(messages))
        step = self.script.max_token_length or max(map(len, tokens), default=1)
        pieces = [token[start : start + step] for token in tokens for start in range(0, len(token), step)]
        return Reply(tuple(reasoning), tuple(pieces), pictures=self.script.pictures)

    async def _completion(self, model: str, reply: Reply, prompt_tokens: int) -> web.Response:
        completion_tokens = len(reply.reasoning) + len(reply.text)
        pace = self.script.tokens_per_second
        pause = reply.pause * completion_tokens + (completion_tokens / pace if pace else 0)
        await asyncio.sleep(self.script.first_token_delay + pause)
        thought = {"reasoning_content": "".join(reply.reasoning)} if reply.reasoning else {}
        content = None if reply.calls else "".join(reply.text)
        shown = {"images": reply.images()} if reply.pictures else {}
        message = {"role": "assistant", "content": content, **thought, **shown, "tool_calls": reply.tool_calls()}
        finish_reason = reply.finish_reason(self.script.finish_reason)
        usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        return web.json_response(
            {
                "id": "chatcmpl-187830d79894458aa702fd592b109d4b",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": model,
                "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
                "usage": {**usage, "total_tokens": prompt_tokens + completion_tokens},
            }
        )

    async def _speech(self, _: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        text = check_speech(body, self.script.models, self.script.voices)
        await asyncio.sleep(self.script.speech_delay)
        check_content_policy(text, self.script.violates_policy)
        return web.Response(body=self.script.sound(text), content_type="audio/mpeg")

    async def _transcription(self, _: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        audio, transcript = check_transcription(body, self.script.models), self.script.transcript
        text = transcript if isinstance(transcript, str) else transcript(audio)
        return web.Response(text=text) if body.get("response_format") == "text" else web.json_response({"text": text})

    async def _images(self, _: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        order = check_image(body, self.script.models)
        check_content_policy(order.prompt, self.script.violates_policy)
        pictures = [self.script.picture(order.prompt, number, order.width, order.height) for number in range(order.n)]
        if self.script.images_as == "b64_json":
            data = [{"b64_json": _encode_base64(picture)} for picture in pictures]
        else:
            data = [{"url": self.script.picture_url(self._publish(picture, "png"))} for picture in pictures]
        return web.json_response({"created": int(time.time()), "data": data, "usage": {"input_tokens_details": {}}})

    def _publish(self, data: bytes, suffix: str) -> str:
        return self.base_url.removesuffix("/api") + self.bucket.put(data, suffix)


async def _send_raw(request: web.Request, raw: RawAnswer) -> web.StreamResponse:
    response = web.StreamResponse(headers=raw.headers)
    await response.prepare(request)
    for piece in chain(raw.pieces, repeat(raw.pieces[-1]) if raw.repeats else ()):
        await response.write(piece)
        await asyncio.sleep(raw.pause)
    return response


async def _read_body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "multipart/form-data":
        return await _read_form(request)
    try:
        raw: object = json.loads(await request.read() or b"{}")
    except ValueError:
        return {}
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}


async def _read_form(request: web.Request) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        if part.filename is None:
            fields[part.name] = await part.text()
        else:
            mime = part.headers.get("Content-Type", "")
            fields[part.name] = Upload(part.filename, mime, bytes(await part.read()))
    return fields


def _failure_response(failure: Failure) -> web.Response:
    if failure.drop:
        raise ConnectionDropped
    headers = {} if failure.retry_after is None else {"Retry-After": f"{failure.retry_after:g}"}
    headers |= {"x-request-id": failure.request_id} if failure.request_id else {}
    if failure.body is not None:
        return web.Response(status=failure.status, text=failure.body, content_type=failure.media_type, headers=headers)
    if failure.html:
        page = f"<html><head><title>{failure.status}</title></head><body>nginx</body></html>"
        return web.Response(status=failure.status, text=page, content_type="text/html", headers=headers)
    return _refusal_response(failure.status, failure.message, failure.code, headers=headers)


def _refusal_response(
    status: int, message: str, code: str, param: str | None = None, *, headers: dict[str, str] | None = None
) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code or None}
    return web.json_response({"error": error}, status=status, headers=headers)


def _encode_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
