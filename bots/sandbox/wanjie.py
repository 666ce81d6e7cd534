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
from typing import Any, Self, cast
from zlib import crc32

from aiohttp import web

from .wanjie_media import mp3, png
from .wanjie_requests import Refused, check_chat, check_image, check_speech
from .wanjie_script import Failure, Script
from .wanjie_stream import Dropped, StreamedReply
from .wanjie_talk import count_tokens, tokens_of

__all__ = ["Failure", "Script", "Seen", "WanjieSim"]

_BUCKET = "/maas-public-bucket"
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived; `body` is its JSON, `time` by `time.monotonic()`."""

    method: str
    path: str
    body: dict[str, Any]
    time: float


class WanjieSim:
    """Simulate all four endpoints, as `script` says; use it as an async context manager.

    `requests` are the calls so far, refused ones included. `sent` has a list for each chat that was answered, in the
    order of arrival: the tokens, reasoning included, each with the `time.monotonic()` when it was written.
    """

    def __init__(self, script: Script | None = None, *, port: int = 0) -> None:
        self.script = script or Script()
        self.requests: list[Seen] = []
        self.sent: list[list[tuple[float, str]]] = []
        self.abandoned = 0
        """Streams whose reader went away before their end."""
        self.base_url = ""
        """Ends in `/api`, as the real one does; "" until the server runs."""
        self._port = port
        self._images: dict[str, bytes] = {}
        app = web.Application(middlewares=[self._guarded])
        app.add_routes([web.route(method, path, handler) for (method, path), handler in self._routes().items()])
        app.router.add_get(_BUCKET + "/{name}", self._image)
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

    def _routes(self) -> dict[tuple[str, str], _Handler]:
        return {
            ("GET", "/api/v1/models"): self._models,
            ("POST", "/api/v1/chat/completions"): self._chat,
            ("POST", "/api/v1/audio/speech"): self._speech,
            ("POST", "/api/v1/images/generations"): self._images_generations,
        }

    @web.middleware
    async def _guarded(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if request.path.startswith(_BUCKET):
            return await handler(request)
        self.requests.append(Seen(request.method, request.path, await _body(request), time.monotonic()))
        await asyncio.sleep(self.script.header_delay)
        try:
            if self.script.fail_next:
                return _failed(self.script.fail_next.popleft())
            self._authorise(request)
            return await handler(request)
        except Dropped:
            cast("asyncio.Transport", request.transport).close()
            return web.Response()
        except Refused as refused:
            return _refusal(refused.status, refused.message, refused.code)
        except web.HTTPException as error:
            return _refusal(error.status, f"Invalid URL ({request.method} {request.path})", "unknown_url")

    def _authorise(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.script.key}":
            raise Refused(401, "Incorrect API key provided.", "invalid_api_key")

    async def _models(self, _: web.Request) -> web.StreamResponse:
        cards = [
            {"id": name, "object": "model", "created": 1760083578, "owned_by": "organization"}
            for name in self.script.models
        ]
        return web.json_response(cards if self.script.bare_list else {"data": cards, "object": "list"})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = check_chat(await _body(request), self.script.models)
        model, messages = str(body["model"]), cast("list[dict[str, Any]]", body["messages"])
        thinks = any(word in model.lower() for word in ("reasoner", "thinking"))
        reasoning = self.script.reasoning(messages) if thinks else ""
        text, sent = self.script.answer(messages), list[tuple[float, str]]()
        self.sent.append(sent)
        if not body.get("stream") or self.script.whole:
            return await self._completion(model, reasoning, text, count_tokens(messages))
        reply = StreamedReply(request, self.script, model, sent)
        try:
            return await reply.run(tokens_of(reasoning), tokens_of(text), count_tokens(messages))
        except (asyncio.CancelledError, ConnectionResetError):
            self.abandoned += 1
            raise

    async def _completion(self, model: str, reasoning: str, text: str, prompt_tokens: int) -> web.Response:
        completion_tokens = len(tokens_of(reasoning)) + len(tokens_of(text))
        pace = self.script.tokens_per_second
        await asyncio.sleep(self.script.first_token_delay + (completion_tokens / pace if pace else 0))
        thought = {"reasoning_content": reasoning} if reasoning else {}
        message: dict[str, Any] = {"role": "assistant", "content": text, **thought, "tool_calls": []}
        usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        return web.json_response(
            {
                "id": "chatcmpl-187830d79894458aa702fd592b109d4b",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": model,
                "choices": [{"index": 0, "message": message, "finish_reason": self.script.finish_reason}],
                "usage": {**usage, "total_tokens": prompt_tokens + completion_tokens},
            }
        )

    async def _speech(self, request: web.Request) -> web.StreamResponse:
        body = check_speech(await _body(request), self.script.models)
        return web.Response(body=mp3(str(body["input"])), content_type="audio/mpeg")

    async def _images_generations(self, request: web.Request) -> web.StreamResponse:
        order = check_image(await _body(request), self.script.models)
        pictures = [
            png(order.width, order.height, crc32(f"{number} {order.prompt}".encode())) for number in range(order.n)
        ]
        if self.script.images_as == "b64_json":
            data = [{"b64_json": _base64(picture)} for picture in pictures]
        else:
            data = [{"url": self._published(picture)} for picture in pictures]
        return web.json_response({"created": int(time.time()), "data": data, "usage": {"input_tokens_details": {}}})

    def _published(self, picture: bytes) -> str:
        name = f"{len(self._images)}.png"
        self._images[name] = picture
        return self.base_url.removesuffix("/api") + f"{_BUCKET}/{name}"

    async def _image(self, request: web.Request) -> web.StreamResponse:
        picture = self._images.get(request.match_info["name"])
        if picture is None:
            return web.Response(status=404, text="NoSuchKey")
        return web.Response(body=picture, content_type="image/png")


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        raw: object = json.loads(await request.read() or b"{}")
    except ValueError:
        return {}
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}


def _failed(failure: Failure) -> web.Response:
    if failure.drop:
        raise Dropped
    headers = {} if failure.retry_after is None else {"Retry-After": f"{failure.retry_after:g}"}
    if failure.html:
        page = f"<html><head><title>{failure.status}</title></head><body>nginx</body></html>"
        return web.Response(status=failure.status, text=page, content_type="text/html", headers=headers)
    return _refusal(failure.status, failure.message, failure.code, headers)


def _refusal(status: int, message: str, code: str, headers: dict[str, str] | None = None) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code or None}
    return web.json_response({"error": error}, status=status, headers=headers)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
