"""The simulated Web API answers only what Slack documents, whatever form a call has."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# (slack_sdk is typed in part only, and says that any key of an answer may be None)

from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.methods.methods_and_rate_limits import METHODS
from bots.sandbox.slack.simulator import SlackSim
from tests.bots.sandbox.slack.fixtures import APP_TOKEN, BOT_TOKEN, refused, simulator, web_client


@pytest.fixture
async def sim() -> AsyncGenerator[SlackSim, None]:
    async with simulator() as sim:
        yield sim


async def test_the_table_of_methods_and_the_routes_agree(sim: SlackSim) -> None:
    assert sim.methods == METHODS.keys()


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_the_official_sdk_has_each_method(method: str) -> None:
    assert hasattr(AsyncWebClient, method.replace(".", "_"))


async def test_an_unknown_method_is_refused(sim: SlackSim, client: AsyncWebClient) -> None:
    assert await refused(client.api_call("chat.shout")) == "unknown_method"
    assert sim.calls[-1].error == "unknown_method"


async def test_auth_test_names_the_bot(sim: SlackSim, client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert (answer["user_id"], answer["team_id"]) == (sim.bot_user_id, sim.team_id)
    assert "chat:write" in answer.headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    ("token", "error"), [("xoxb-other", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type"), ("", "not_authed")]
)
async def test_a_wrong_token_is_refused(sim: SlackSim, token: str, error: str) -> None:
    async with web_client(sim, token) as client:
        assert await refused(client.auth_test()) == error


async def test_a_revoked_token_is_refused(sim: SlackSim, client: AsyncWebClient) -> None:
    sim.revoke_token()

    assert await refused(client.auth_test()) == "token_revoked"


async def test_only_the_app_token_opens_connections(client: AsyncWebClient) -> None:
    opened = await client.apps_connections_open(app_token=APP_TOKEN)

    assert str(opened["url"]).startswith("ws://127.0.0.1:")
    assert await refused(client.apps_connections_open(app_token=BOT_TOKEN)) == "not_allowed_token_type"


async def test_a_missing_argument_is_named(client: AsyncWebClient) -> None:
    answer = await refused(client.api_call("reactions.add", params={"name": "eyes", "channel": "C1"}))

    assert answer == "invalid_arguments"


async def test_an_unknown_argument_is_reported(sim: SlackSim, client: AsyncWebClient) -> None:
    channel = sim.channel("general")
    await client.chat_postMessage(channel=channel.id, text="hi", colour="red", team_id=sim.team_id)

    assert sim.violations == ["chat.postMessage: unknown argument colour"]


@pytest.mark.parametrize("form", ["json", "data", "params"])
async def test_every_form_of_a_call_is_read(sim: SlackSim, client: AsyncWebClient, form: str) -> None:
    channel = sim.channel("general")
    sent: dict[str, Any] = {form: {"channel": channel.id, "text": "hi"}}
    await client.api_call("chat.postMessage", **sent)

    assert sim.texts(channel) == ["hi"]


async def test_a_get_is_read_from_the_query(sim: SlackSim, client: AsyncWebClient) -> None:
    channel = sim.channel("general")
    answer = await client.conversations_info(channel=channel.id)

    assert answer["channel"]["name"] == "general"


async def test_a_body_that_is_not_json_is_refused(sim: SlackSim) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {BOT_TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{sim.api_url}auth.test", data="{") as bad,
        session.post(f"{sim.api_url}auth.test", data="[]") as not_an_object,
    ):
        assert (await bad.json())["error"] == "invalid_json"
        assert (await not_an_object.json())["error"] == "json_not_object"
