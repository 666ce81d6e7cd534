"""The pages that install the app, under a flood."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
from redis.asyncio import Redis

from bots.http_port import Port, serve_http
from bots.sandbox.slack.browser import Browser
from bots.sandbox.slack.simulator import SlackSim
from bots.slack.api.call import create_web_client
from bots.slack.oauth.install_pages import InstallPages
from bots.slack.oauth.multi_workspace_app import MultiWorkspaceApp
from core.chat.text.translations import Translations
from core.redis import RateLimiter
from tests.bots.slack.oauth.app_settings import make_app_settings
from tests.bots.slack.oauth.secrets_store import Lease, open_secrets
from tests.free_port import find_free_port


@asynccontextmanager
async def open_pages(redis: Redis) -> AsyncGenerator[SlackSim]:
    """Serve the pages on this machine, as behind a proxy."""
    async with SlackSim(bot_token="xoxb-home", app_token="xapp-1") as slack, aiohttp.ClientSession() as session:
        settings = make_app_settings(slack)
        create_client = lambda: create_web_client("", slack.api_url, session)  # noqa: E731
        app = MultiWorkspaceApp(settings, open_secrets(redis), lambda _: Lease(), create_client)
        pages = InstallPages(app.create_flow(), RateLimiter(redis, "sl:app"), Translations())
        port = find_free_port()
        slack.http.backends.append(f"http://127.0.0.1:{port}")
        async with serve_http(Port("127.0.0.1", port), pages.list_routes()):
            yield slack


async def test_one_stranger_keeps_nobody_from_installing_the_app(redis: Redis) -> None:
    async with open_pages(redis) as slack:
        acme = slack.add_workspace("Acme").workspace
        stranger = Browser(slack, **{"X-Forwarded-For": "9.9.9.9"})
        callback = f"{slack.oauth.redirect_urls[0]}?code=1&state=2"
        for address in ("/slack/install", callback):
            statuses = {HTTPStatus.FOUND}
            while HTTPStatus.TOO_MANY_REQUESTS not in statuses:
                statuses = {status for status, _ in await asyncio.gather(*(stranger.open(address) for _ in range(20)))}
        admin = Browser(slack, **{"X-Forwarded-For": "9.9.9.9, 1.1.1.1"})  # the first one is the admin's own word
        status, page = await admin.install(acme, "U1")

    assert (status, "installed in Acme" in page) == (HTTPStatus.OK, True)
