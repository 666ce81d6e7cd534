# pyright: reportUnknownMemberType=false
# slack_sdk leaves the parameters of its methods untyped.
"""The code of an error is logged, so it may only be an identifier."""

from __future__ import annotations

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.call import send_request
from core.chat.port.errors import ContentRejectedError


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
    client = AsyncWebClient("xoxb-1", base_url=f"http://127.0.0.1:{runner.addresses[0][1]}/")
    try:
        with pytest.raises(ContentRejectedError) as caught:
            await send_request(lambda: client.chat_postMessage(channel="C1", text="hello"))
    finally:
        await runner.cleanup()

    assert str(caught.value) == told
