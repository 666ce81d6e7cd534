"""Responses of the platforms that no sane server gives: bombs, deep nesting, other types than documented."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from telegram.error import NetworkError, TelegramError

from bots.slack.api.call import create_web_client, fetch_identity
from bots.telegram.api.client import TelegramApi
from core import http_sessions
from core.chat.port.errors import OutboxError, PlatformUnreachableError
from core.http_sessions import Sessions
from core.settings import NO_PROXIES

NESTED = b'{"ok": true, "result": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
OK = b'{"ok": true, "result": []}'


@dataclass
class Server:
    """Answers every request with the same bytes."""

    url: str = ""
    body: bytes = OK
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    accepted: list[str] = field(default_factory=list[str])

    async def serve(self, request: web.Request) -> web.Response:
        self.accepted.append(request.headers.get("Accept-Encoding", ""))
        headers = {"Content-Type": "application/json", **self.headers}
        return web.Response(body=self.body, status=self.status, headers=headers)


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    found = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    name, port = runner.addresses[0][:2]
    found.url = f"http://{name}:{port}"
    yield found
    await runner.cleanup()


async def poll_telegram(server: Server) -> object:
    async with TelegramApi("1:a", f"{server.url}/bot", f"{server.url}/file/bot") as api:
        return await api.fetch_updates(None, kinds=("message",), limit=1, seconds=0)


async def download_from_telegram(server: Server) -> object:
    async with TelegramApi("1:a", f"{server.url}/bot", f"{server.url}/file/bot") as api:
        return await api._http.download(f"{server.url}/file", max_bytes=1_000)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - without getFile


async def call_slack(server: Server) -> object:
    sessions = Sessions(NO_PROXIES)
    try:
        return await fetch_identity(create_web_client("xoxb-1", f"{server.url}/api/", sessions.get_session(server.url)))
    finally:
        await sessions.aclose()


Call = Callable[[Server], Awaitable[object]]
API_CALLS: tuple[Call, ...] = (poll_telegram, call_slack)
CALLS: tuple[Call, ...] = (*API_CALLS, download_from_telegram)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(OK), "gzip"),
        (gzip.compress(gzip.compress(bytes(10_000_000))), "gzip, gzip"),
        (zlib.compress(bytes(10_000_000)), "deflate"),
        (OK, "br"),
        (OK, "identity, gzip"),
    ],
    ids=["gzip", "gzip twice", "deflate", "br", "after identity"],
)
async def test_what_is_compressed_unasked_is_not_unpacked(
    server: Server, call: Call, body: bytes, encoding: str
) -> None:
    server.body, server.headers = body, {"Content-Encoding": encoding}

    with pytest.raises((NetworkError, PlatformUnreachableError)):
        await call(server)
    assert server.accepted == ["identity"]


@pytest.mark.parametrize(
    ("call", "status"), [(poll_telegram, 200), (poll_telegram, 400), (call_slack, 400), (call_slack, 500)]
)
@pytest.mark.parametrize(
    "body",
    [
        NESTED,
        b"[" * 50_000,
        b'"\xff',
        b"",
        b"[]",
        b"null",
        b"3",
        b'"a"',
        b"{}",
        b'{"ok": true}',
        b'{"ok": true, "result": null}',
        b'{"ok": true, "result": [{}, 3, {"update_id": "x"}]}',
        b'{"ok": false, "description": ["x"], "error": ["x"], "parameters": [1]}',
        b'{"ok": false, "description": "\\ud83d", "error": "\\ud83d", "parameters": {"retry_after": "soon"}}',
        b'{"ok": false, "parameters": {"migrate_to_chat_id": 1e999, "retry_after": NaN}}',
    ],
)
async def test_a_response_of_another_form_is_an_error_of_the_platform(
    server: Server, call: Call, body: bytes, status: int
) -> None:
    server.body, server.status = body, status

    with pytest.raises((TelegramError, OutboxError)) as refused:
        await call(server)
    assert len(str(refused.value).encode()) < 20_000


@pytest.mark.parametrize("call", API_CALLS)
async def test_a_response_without_end_is_not_kept(server: Server, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_sessions, "_MAX_BODY_BYTES", 1_000)
    server.body = json.dumps({"ok": True, "result": [], "team_id": "x" * 1_000}).encode()

    with pytest.raises((NetworkError, PlatformUnreachableError)):
        await call(server)


async def test_updates_are_clean(server: Server) -> None:
    server.body = rb'{"ok": true, "result": [{"update_id": 7, "message": {"text": "a\ud83d\u0000", "date": 1e400}}]}'

    assert await poll_telegram(server) == [{"update_id": 7, "message": {"text": "a\ufffd\ufffd", "date": None}}]


async def test_headers_without_end_are_refused(server: Server) -> None:
    server.headers = {f"X-{number}": "x" * 8_000 for number in range(200)}

    for call in API_CALLS:
        with pytest.raises((NetworkError, PlatformUnreachableError)):
            await call(server)
