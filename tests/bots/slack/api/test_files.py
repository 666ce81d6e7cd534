"""Downloads use the token, from Slack alone, and stop at the size limit."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from redis.asyncio import Redis

from bots.sandbox.slack.data_types import SlackFile
from bots.slack.api.bot_account import BotAccount
from bots.slack.api.call import ApiCaller, create_web_client
from bots.slack.api.files import FilesApi
from core.chat.port.errors import ContentRejectedError, FileTooLargeError, OutboxError, PlatformUnreachableError
from core.chat.port.platform_calls import PlatformCalls
from core.http_sessions import Sessions
from core.metrics import Metrics
from core.redis import RateLimiter
from core.settings import NO_PROXIES
from tests.bots.slack.conftest import BOT_TOKEN, Scene


async def _send_file(
    scene: Scene, content: bytes = b"words", name: str = "a.txt", mime: str = "text/plain"
) -> SlackFile:
    file = scene.ann.file(name, content, mimetype=mime)
    await scene.ann.say(scene.channel, "look", files=[file])
    return file


class OtherHost:
    """A host that records received headers and returns a given response."""

    def __init__(self) -> None:
        self.url = ""
        self.location = ""
        self.seen: list[str] = []

    async def serve(self, request: web.Request) -> web.Response:
        self.seen.append(request.headers.get("Authorization", ""))
        if self.location:
            raise web.HTTPFound(self.location)
        return web.Response(body=b"secret words")


@pytest_asyncio.fixture
async def other_host() -> AsyncGenerator[OtherHost]:
    host = OtherHost()
    app = web.Application()
    app.router.add_get("/file", host.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    name, port = runner.addresses[0][:2]
    host.url = f"http://{name}:{port}/file"
    yield host
    await runner.cleanup()


async def test_a_file_is_read_with_the_token(scene: Scene) -> None:
    file = await _send_file(scene)

    assert await scene.outbox.download_file(file.id, max_bytes=5) == b"words"


async def test_a_download_stops_at_the_size_limit_whatever_slack_reports(scene: Scene) -> None:
    file = await _send_file(scene, b"x" * 200_000)
    with pytest.raises(FileTooLargeError):
        await scene.outbox.download_file(file.id, max_bytes=199_999)
    file.claimed = 10

    with pytest.raises(FileTooLargeError):
        await scene.outbox.download_file(file.id, max_bytes=199_999)


@pytest.mark.parametrize(
    ("mode", "access"),
    [
        ("tombstone", "visible"),
        ("hidden_by_limit", "visible"),
        ("external", "visible"),
        ("hosted", "file_not_found"),
        ("hosted", "access_denied"),
    ],
)
async def test_a_file_not_hosted_by_slack_is_refused(scene: Scene, mode: str, access: str) -> None:
    file = await _send_file(scene)
    file.mode, file.access = mode, access

    with pytest.raises(ContentRejectedError):
        await scene.outbox.download_file(file.id, max_bytes=100)


async def test_a_file_of_a_shared_channel_is_looked_up_before_download(scene: Scene) -> None:
    file = await _send_file(scene)
    file.access = "check_file_info"

    assert await scene.outbox.download_file(file.id, max_bytes=100) == b"words"


@pytest.mark.parametrize(
    ("name", "mime", "content"), [("a.txt", "text/plain", b"words"), ("a.html", "text/html", b"<p>words</p>")]
)
async def test_a_login_page_is_not_returned_as_the_file(scene: Scene, name: str, mime: str, content: bytes) -> None:
    file = await _send_file(scene, content, name, mime)
    file.guarded = True

    with pytest.raises(ContentRejectedError):
        await scene.outbox.download_file(file.id, max_bytes=10_000)


async def test_an_html_file_is_downloaded(scene: Scene) -> None:
    file = await _send_file(scene, b"<p>words</p>", "a.html", "text/html")

    assert await scene.outbox.download_file(file.id, max_bytes=100) == b"<p>words</p>"


async def test_the_token_is_sent_to_slack_alone(scene: Scene, other_host: OtherHost) -> None:
    file = await _send_file(scene)
    file.url = other_host.url
    with pytest.raises(ContentRejectedError):
        await scene.outbox.download_file(file.id, max_bytes=100)

    assert other_host.seen == []


async def test_a_redirect_to_another_host_gets_no_token(scene: Scene, other_host: OtherHost) -> None:
    file = await _send_file(scene)
    file.moved = other_host.url
    with pytest.raises(ContentRejectedError):
        await scene.outbox.download_file(file.id, max_bytes=100)

    assert other_host.seen == []


async def test_redirects_within_slack_are_followed_up_to_a_limit(scene: Scene) -> None:
    first, last = await _send_file(scene), await _send_file(scene, b"moved")
    first.moved = last.url

    assert await scene.outbox.download_file(first.id, max_bytes=100) == b"moved"

    first.moved = first.url

    with pytest.raises(ContentRejectedError):
        await scene.outbox.download_file(first.id, max_bytes=100)


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com/files-pri/T1-F1/a.txt",
        "https://acme.enterprise.slack.com/a",
        "https://files.slack.com:443/a",
    ],
)
async def test_slack_hosts_are_recognized(redis: Redis, url: str) -> None:
    assert await _is_slack(redis, url)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/a",
        "https://slack.com.example.org/a",
        "https://notslack.com/a",
        "https://files.slack.com:8443/a",
        "https://files.slack.com@example.org/a",
        "https://example.org/files.slack.com",
        "//files.slack.com/a",
        "",
    ],
)
async def test_other_hosts_are_not_recognized_as_slack(redis: Redis, url: str) -> None:
    assert not await _is_slack(redis, url)


async def _is_slack(redis: Redis, url: str) -> bool:
    async with aiohttp.ClientSession() as session:
        client = create_web_client(BOT_TOKEN, "https://slack.com/api/", session)
        return FilesApi(
            ApiCaller(BotAccount(client), RateLimiter(redis, "sl:T1"), PlatformCalls(Metrics(), "sl")),
            Sessions(NO_PROXIES),
        ).is_slack(url)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        ("missing_scope", ContentRejectedError),
        ("file_deleted", ContentRejectedError),
        ("fatal_error", PlatformUnreachableError),
    ],
)
async def test_a_file_error_is_not_a_recipient_gone_error(scene: Scene, error: str, raised: type[OutboxError]) -> None:
    file = await _send_file(scene)
    scene.slack.faults.fail("files.info", error)

    with pytest.raises(raised):
        await scene.outbox.download_file(file.id, max_bytes=100)
