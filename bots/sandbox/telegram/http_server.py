"""The HTTP side of the simulator: addresses, bodies, answers, faults."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from .bot_api import Call, Description, Upload
from .errors import ApiError, DepartureError
from .faults import CutAnswer, Fault, Faults, GatewayPage, LostAnswer, LostRequest, Refusal, SenselessAnswer
from .files import Files

Handler = Callable[[Call], Any]
AsyncHandler = Callable[[Call], Awaitable[Any]]

DOWNLOAD: Final = "download"
"""The method name under which downloads of files are recorded."""
_MAX_BODY_BYTES: Final = 64 * 1024 * 1024
_GATEWAY_PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body>{}</body></html>"
_UNSUPPORTED: Final = (
    "business_connection_id",
    "direct_messages_topic_id",
    "rich_message",
    "suggested_post_parameters",
)
_RICH_METHODS: Final = frozenset({"sendRichMessageDraft"})
"""Methods that take a `rich_message` all the same."""


@dataclass(frozen=True, slots=True)
class Received:
    """A received call: its time (time.monotonic), its parameters, and the HTTP status of the answer."""

    at: float
    method: str
    values: Mapping[str, Any]
    status: int


class Server:
    """Answers the calls of one bot; unknown methods and parameters are refused and recorded."""

    def __init__(
        self,
        token: str,
        description: Description,
        handlers: Mapping[str, Handler],
        poll: AsyncHandler,
        files: Files,
        changed: Callable[[], None],
    ) -> None:
        self.faults = Faults()
        self.calls: list[Received] = []
        self.violations: list[str] = []
        self._token = token
        self._description = description
        self._handlers = handlers
        self._poll = poll
        self._files = files
        self._changed = changed
        self._running: set[asyncio.Task[Any]] = set()

    @property
    def routes(self) -> frozenset[str]:
        """The methods that are answered."""
        return frozenset(self._handlers) | {"getUpdates"}

    def application(self) -> web.Application:
        app = web.Application(client_max_size=_MAX_BODY_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        return app

    async def _download(self, request: web.Request) -> web.Response:
        fault = self.faults.take(DOWNLOAD)
        if isinstance(fault, GatewayPage):
            return web.Response(status=502, text=_GATEWAY_PAGE.format(fault.words), content_type="text/html")
        if fault is not None:
            return _close_connection(request)
        await self.faults.hold(DOWNLOAD)
        file = self._files.at(request.match_info["path"])
        if request.match_info["token"] != self._token or file is None:
            return _make_refusal(ApiError(404, "Not Found"))
        return web.Response(body=file.data, content_type="application/octet-stream")

    async def _answer(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self._token:
            return _make_refusal(ApiError(401, "Unauthorized"))
        method = self._description.find_method(request.match_info["method"])
        if method is None:
            self.violations.append(f"{request.match_info['method']}: no such method")
            return _make_refusal(ApiError(404, "Not Found"))
        try:
            values, files = await _read_body(request)
        except (ValueError, TypeError):  # torn JSON; JSON that is no object
            return _make_refusal(ApiError(400, "Bad Request: can't parse request JSON object"))
        fault = self.faults.take(method)
        if isinstance(fault, LostRequest):
            return _close_connection(request)
        if isinstance(fault, GatewayPage):
            return web.Response(status=502, text=_GATEWAY_PAGE.format(fault.words), content_type="text/html")
        response = await self._attempt(method, values, files, fault if isinstance(fault, Refusal) else None)
        return _replace_response(request, response, fault)

    async def _attempt(
        self, method: str, values: Mapping[str, Any], files: Mapping[str, Upload], fault: Refusal | None
    ) -> web.Response:
        """Finish a call even when the caller disconnects meanwhile; only a poll ends with its connection."""
        work = self._work(method, values, files, fault)
        if method == "getUpdates":
            return await work
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _work(
        self, method: str, values: Mapping[str, Any], files: Mapping[str, Upload], fault: Refusal | None
    ) -> web.Response:
        at = time.monotonic()
        try:
            await self.faults.hold(method)
            if fault:
                raise fault.make_error()
            call = self._checked(method, values, files)
            result = await self._poll(call) if method == "getUpdates" else self._handlers[method](call)
            response = web.json_response({"ok": True, "result": result})
        except ApiError as error:
            if isinstance(error, DepartureError):
                self.violations.append(f"{method}: {error.description}")
            response = _make_refusal(error)
        self.calls.append(Received(at, method, values, response.status))
        self._changed()
        return response

    def _checked(self, method: str, values: Mapping[str, Any], files: Mapping[str, Upload]) -> Call:
        if method not in self.routes:
            self.violations.append(f"{method}: not supported by the simulator")
            raise ApiError(501, f"Not Implemented: the simulator does not support {method}")
        call, problems = self._description.read(method, values, files)
        problems += [f"{name} is not supported by the simulator" for name in _list_unsupported(call)]
        if problems:
            self.violations += [f"{method}: {problem}" for problem in problems]
            raise ApiError(400, f"Bad Request: {method}: {'; '.join(problems)}")
        return call

    async def close(self) -> None:
        """Wait for running calls whose callers have disconnected."""
        self.faults.clear()
        await asyncio.gather(*self._running, return_exceptions=True)


def _list_unsupported(call: Call) -> list[str]:
    taken = {"rich_message"} if call.method in _RICH_METHODS else set[str]()
    return [name for name in _UNSUPPORTED if name in call.values and name not in taken]


async def _read_body(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Read the parameters from the query and a JSON, form or multipart body."""
    values: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        text = await request.text()
        return values | dict(json.loads(text) if text else {}), files
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.file.read())
        else:
            values[name] = value
    return values, files


def _make_refusal(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    wait = error.parameters.get("retry_after")
    return web.json_response(body, status=error.code, headers={"Retry-After": str(wait)} if wait else None)


def _replace_response(request: web.Request, response: web.Response, fault: Fault | None) -> web.Response:
    if isinstance(fault, SenselessAnswer):
        return web.json_response({"ok": True, "result": "no such thing"})
    if isinstance(fault, CutAnswer) and isinstance(response.body, bytes):
        return web.Response(body=response.body[: len(response.body) * 2 // 3], content_type="application/json")
    return _close_connection(request) if isinstance(fault, LostAnswer) else response


def _close_connection(request: web.Request) -> web.Response:
    """Close the connection; the returned response is not sent."""
    if request.transport:
        request.transport.abort()
    return web.Response()
