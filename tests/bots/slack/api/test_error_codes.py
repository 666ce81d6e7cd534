# pyright: reportUnknownMemberType=false
# slack_sdk leaves the parameters of its methods untyped.
"""The code of an error is logged, so it may only be an identifier."""

from __future__ import annotations

import pytest
from aiohttp import web

from bots.slack.api.call import create_web_client, send_request
from core.chat.port.errors import ContentRejectedError
from core.http_sessions import Sessions
from core.settings import NO_PROXIES


@pytest.mark.parametrize(
    ("sent", "told"), [("invalid_blocks", "invalid_blocks"), ("you wrote: my secret", "unreadable_code")]
)
async def test_words_in_the_place_of_a_code_are_not_repeated(sent: str, told: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"ok": False, "error": sent})

    app = web.Application()
    app.router.add_route("*", "/chat.postMessage", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sessions, url = Sessions(NO_PROXIES), f"http://127.0.0.1:{runner.addresses[0][1]}/"
    client = create_web_client("xoxb-1", url, sessions.get_session(url))
    try:
        with pytest.raises(ContentRejectedError) as caught:
            await send_request(lambda: client.chat_postMessage(channel="C1", text="hello"))
    finally:
        await sessions.aclose()
        await runner.cleanup()

    assert str(caught.value) == told
