"""What the tests of the simulated Slack share: tokens, a clock to move, the official clients."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (slack_sdk and slack_bolt are typed in part only)

from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.simulator import SlackSim
from tests.clock import Clock

BOT_TOKEN = "xoxb-sim"
APP_TOKEN = "xapp-sim"


def simulator(clock: Clock | None = None) -> SlackSim:
    if clock is None:
        return SlackSim(bot_token=BOT_TOKEN, app_token=APP_TOKEN)
    return SlackSim(bot_token=BOT_TOKEN, app_token=APP_TOKEN, clock=clock)


@asynccontextmanager
async def web_client(sim: SlackSim, token: str = BOT_TOKEN) -> AsyncGenerator[AsyncWebClient, None]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=token, base_url=sim.api_url, session=session)


@asynccontextmanager
async def bolt(sim: SlackSim, app: AsyncApp) -> AsyncGenerator[AsyncSocketModeHandler, None]:
    """Run an app over Socket Mode until the block ends."""
    handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=0.2)
    try:
        await handler.connect_async()
        await sim.wait_for(lambda: sim.socket.connections)
        yield handler
    finally:
        await handler.close_async()


async def refused(call: Awaitable[object]) -> str:
    """Return the error code that the call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
