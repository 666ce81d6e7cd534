"""The HTTP server of the page: local, for one person who was told its token."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Any, Final, TypeAlias, cast

from aiohttp import web

from .page_backend import DemoPage
from .rooms import Member
from .upload import read_upload

Json: TypeAlias = dict[str, Any]
_TYPES: Final = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "txt": "text/plain",
    "svg": "image/svg+xml",
}
_MAX_UPLOAD_BYTES: Final = 20 * 1024 * 1024
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_KEEPALIVE_SECONDS: Final = 15.0


class PageServer:
    """Serves the page under a secret path on 127.0.0.1.

    Whoever does not know the token, comes by another host name (DNS rebinding) or from another page (`Origin`) is
    refused with 403; everything that changes something is a POST.
    """

    def __init__(self, page: DemoPage) -> None:
        self._page = page
        self._token = secrets.token_urlsafe(24)
        self._runner: web.AppRunner | None = None
        self._address = ""

    async def start(self, port: int = 0) -> str:
        """Begin to listen; return the address of the page. `port` 0 takes a free one."""
        self._runner = web.AppRunner(self._create_application(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self._address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return f"http://{self._address}/{self._token}/"

    async def close(self) -> None:
        """End all connections."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _create_application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard], client_max_size=_MAX_UPLOAD_BYTES)
        base = f"/{self._token}"
        application.router.add_get(f"{base}/", self._serve_start)
        application.router.add_get(f"{base}/static/{{name:[\\w./-]+}}", self._serve_static)
        application.router.add_get(f"{base}/events", self._serve_events)
        application.router.add_get(f"{base}/file/{{room}}/{{id}}", self._serve_file)
        application.router.add_get(f"{base}/keys/{{room}}", self._serve_keys)
        application.router.add_get(f"{base}/measurements", self._serve_measurements)
        application.router.add_post(f"{base}/rooms/{{room}}/send", self._handle_upload)
        application.router.add_post(f"{base}/rooms/{{room}}/{{act}}", self._handle_act)
        application.router.add_post(f"{base}/service/{{act}}", self._handle_service)
        application.router.add_post(f"{base}/promises/{{number:\\d}}", self._handle_promise)
        return application

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        token = request.path.split("/")[1]
        origin = request.headers.get("Origin", f"http://{self._address}")
        local = request.headers.get("Host") == self._address and origin == f"http://{self._address}"
        if not local or not secrets.compare_digest(token.encode(), self._token.encode()):
            raise web.HTTPForbidden(text="Open the address that the terminal shows.")
        try:
            response = await handler(request)
        except (LookupError, ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    async def _serve_start(self, _: web.Request) -> web.Response:
        return _read_static("index.html")

    async def _serve_static(self, request: web.Request) -> web.Response:
        return _read_static(request.match_info["name"])

    async def _serve_events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        number = int(request.headers.get("Last-Event-ID") or request.query.get("after", "-1"))
        feed = self._page.feed
        if not feed.has(number):
            number = feed.last_number
            await _write_event(response, number, "hello", self._page.describe())
        events = feed.read_after(number)
        try:
            while True:
                event = await anext(events)
                await _write_event(response, event.number, event.kind, event.data)
        except (StopAsyncIteration, ConnectionResetError):
            return response

    async def _serve_file(self, request: web.Request) -> web.Response:
        room = self._page.find_room(request.match_info["room"])
        data, mime = room.members[0].acts.read_file(request.match_info["id"])
        return web.Response(body=data, content_type=mime or "application/octet-stream")

    async def _serve_keys(self, request: web.Request) -> web.Response:
        return web.json_response(await self._page.list_keys(request.match_info["room"]))

    async def _serve_measurements(self, _: web.Request) -> web.Response:
        return web.json_response(await self._page.measure())

    async def _handle_act(self, request: web.Request) -> web.Response:
        body = await _read_body(request)
        member = self._page.find_room(request.match_info["room"]).find_member(str(body.get("person", "")))
        text, message = str(body.get("text", "")), str(body.get("message", ""))
        match request.match_info["act"]:
            case "say":
                await member.acts.say(text, reply_to=message)
            case "edit":
                await member.acts.edit(message, text)
            case "react":
                await member.acts.react(message, text)
            case "press":
                await member.acts.press(message, str(body.get("action", "")), str(body.get("value", "")))
            case "open":
                await member.acts.open_tab(text)
            case "stop":
                await member.acts.stop(message)
            case "shortcut":
                await member.acts.use_shortcut(message, text)
            case "submit" | "close" as act:
                await _handle_form(member, act, body)
            case "search":
                return web.json_response(await member.acts.search(message, str(body.get("action", "")), text))
            case act:
                raise LookupError(act)
        return web.json_response({})

    async def _handle_upload(self, request: web.Request) -> web.Response:
        query = request.query
        member = self._page.find_room(request.match_info["room"]).find_member(query.get("person", ""))
        upload = await read_upload(
            await request.read(), query.get("name", ""), request.content_type, is_voice=query.get("voice") == "1"
        )
        await member.acts.send(upload, query.get("text", ""), reply_to=query.get("message", ""))
        return web.json_response({})

    async def _handle_service(self, request: web.Request) -> web.Response:
        await self._page.control(request.match_info["act"], await _read_body(request))
        return web.json_response({})

    async def _handle_promise(self, request: web.Request) -> web.Response:
        self._page.play_promise(int(request.match_info["number"]))
        return web.json_response({})


async def _handle_form(member: Member, act: str, body: Json) -> None:
    """Fill in and submit the form that somebody sees, or close it."""
    if act == "submit":
        fields = cast("Json", body.get("fields") or {})
        await member.acts.submit_form({name: str(value) for name, value in fields.items()})
    else:
        await member.acts.close_form()


async def _read_body(request: web.Request) -> Json:
    """Return the JSON object of a request; a page of another origin cannot send this type without being asked."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    body: object = await request.json()
    if not isinstance(body, dict):
        raise TypeError("an object is expected")
    return cast("Json", body)


async def _write_event(response: web.StreamResponse, number: int, kind: str, data: Json) -> None:
    text = json.dumps(data, ensure_ascii=False)
    await response.write(f"id: {number}\nevent: {kind}\ndata: {text}\n\n".encode(errors="replace"))


def _read_static(name: str) -> web.Response:
    folder = resources.files("bots.demo_page") / "static"
    suffix = name.rpartition(".")[2]
    parts = name.split("/")
    if suffix not in _TYPES or any(part in {"", ".", ".."} for part in parts):
        raise web.HTTPNotFound
    file = folder.joinpath(*parts)
    if not file.is_file():
        raise web.HTTPNotFound
    return web.Response(body=file.read_bytes(), content_type=_TYPES[suffix], charset="utf-8")
