"""Installing the simulated app: codes, tokens that are rotated, organisations, and what becomes of it all."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (slack_sdk is typed in part only)

from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.call import RefusalError
from bots.sandbox.slack.events import REMOVALS
from bots.sandbox.slack.simulator import SlackSim
from tests.bots.sandbox.slack.fixtures import BOT_TOKEN, refused, simulator, web_client
from tests.clock import Clock

CALLBACK = "https://bots.example/slack/oauth_redirect"


@pytest.fixture
async def sim(clock: Clock) -> AsyncGenerator[SlackSim, None]:
    async with simulator(clock) as sim:
        yield sim


def address(sim: SlackSim, **changes: str) -> str:
    asked = {"client_id": sim.oauth.client_id, "scope": "chat:write,users:read", "redirect_uri": CALLBACK, "state": "s"}
    return f"https://slack.com/oauth/v2/authorize?{urlencode(asked | changes)}"


def allow(sim: SlackSim, owner: Any) -> dict[str, str]:  # noqa: ANN401 - a workspace or an organisation
    sent = sim.oauth.allow(address(sim), owner, "U1")
    assert sent.startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(sent).query).items()}


async def exchange(sim: SlackSim, client: AsyncWebClient, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - as the SDK has them
    credentials = {"client_id": sim.oauth.client_id, "client_secret": sim.oauth.client_secret}
    answer = await client.oauth_v2_access(**(credentials | arguments))
    assert isinstance(answer.data, dict)
    return answer.data


async def test_a_code_is_exchanged_once_for_the_token_of_one_workspace(sim: SlackSim, client: AsyncWebClient) -> None:
    acme = sim.add_workspace("Acme")
    sent = allow(sim, acme.workspace)
    found = await exchange(sim, client, code=sent["code"], redirect_uri=CALLBACK)
    secret = acme.channel("secret")
    async with web_client(sim, found["access_token"]) as theirs:
        known = await theirs.auth_test()
        await theirs.chat_postMessage(channel=secret.id, text="hi")
    general = sim.channel("general")

    assert sent["state"] == "s"
    assert found["team"] == {"id": acme.team_id, "name": "Acme"}
    assert (known["team_id"], known["user_id"], found["bot_user_id"]) == (acme.team_id, *[acme.bot_user_id] * 2)
    assert acme.texts(secret) == ["hi"]
    assert acme.scopes == {"chat:write", "users:read"}
    assert await refused(client.chat_postMessage(channel=secret.id, text="no")) == "channel_not_found"
    assert await refused(exchange(sim, client, code=sent["code"], redirect_uri=CALLBACK)) == "code_already_used"
    assert sim.count("chat.postMessage") == 0
    assert general.id not in acme.workspace.channels


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "no"}, "bad_client_secret"),
        ({"code": "no"}, "invalid_code"),
        ({"redirect_uri": "https://elsewhere.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": None}, "bad_redirect_uri"),
        ({"grant_type": "password"}, "invalid_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "xoxe-1-no"}, "invalid_refresh_token"),
    ],
)
async def test_an_exchange_that_slack_refuses(
    sim: SlackSim, client: AsyncWebClient, changes: dict[str, Any], error: str
) -> None:
    code = allow(sim, sim.add_workspace("Acme").workspace)["code"]

    assert await refused(exchange(sim, client, **({"code": code, "redirect_uri": CALLBACK} | changes))) == error


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"redirect_uri": "https://x.example/"}, "bad_redirect_uri"),
        ({"scope": ""}, "no_scopes"),
    ],
)
async def test_the_page_refuses_what_is_not_the_apps(sim: SlackSim, changes: dict[str, str], error: str) -> None:
    with pytest.raises(RefusalError, match=error):
        sim.oauth.allow(address(sim, **changes), sim.add_workspace("Acme").workspace, "U1")


async def test_a_rotated_token_expires_and_its_refresh_token_is_good_for_once(
    sim: SlackSim, client: AsyncWebClient, clock: Clock
) -> None:
    sim.oauth.rotates_tokens = True
    acme = sim.add_workspace("Acme")
    first = await exchange(sim, client, code=allow(sim, acme.workspace)["code"], redirect_uri=CALLBACK)
    rotator = AsyncTokenRotator(client_id=sim.oauth.client_id, client_secret=sim.oauth.client_secret, client=client)
    refresh = first["refresh_token"]
    bot = Bot(
        bot_token=first["access_token"],
        bot_refresh_token=refresh,
        bot_token_expires_in=first["expires_in"],
        bot_id="B",
        bot_user_id="U",
        installed_at=1_700_000_000.0,
    )
    second = await rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=100_000)
    assert second is not None
    async with web_client(sim, first["access_token"]) as old, web_client(sim, second.bot_token) as new:
        assert (await old.auth_test())["ok"]
        clock.now += 43_200
        errors = [await refused(old.auth_test()), await refused(new.auth_test())]

    assert first["expires_in"] == 43_200
    assert errors == ["token_expired", "token_expired"]
    refused_again = await refused(exchange(sim, client, grant_type="refresh_token", refresh_token=refresh))
    assert refused_again == "invalid_refresh_token"


async def test_an_organisation_has_one_token_for_all_of_its_workspaces(sim: SlackSim, client: AsyncWebClient) -> None:
    grid = sim.add_organisation("Grid")
    east, west = sim.add_workspace("East", grid), sim.add_workspace("West", grid)
    found = await exchange(sim, client, code=allow(sim, grid)["code"], redirect_uri=CALLBACK)
    channel = west.channel("general")
    async with web_client(sim, found["access_token"]) as theirs:
        await theirs.chat_postMessage(channel=channel.id, text="hi")
        known = await theirs.auth_test()

    assert (found["team"], found["enterprise"]["id"], found["is_enterprise_install"]) == (None, grid.id, True)
    assert known["team_id"] == grid.id
    assert west.texts(channel) == ["hi"]
    assert east.bot_user_id == west.bot_user_id == grid.bot.id
    await east.user("Ann").say(east.im(east.user("Eve")), "hello")
    sent = sim.socket.sent[-1]["authorizations"]
    assert sent == [
        {
            "enterprise_id": grid.id,
            "team_id": east.team_id,
            "user_id": grid.bot.id,
            "is_bot": True,
            "is_enterprise_install": True,
        }
    ]


async def test_an_uninstalled_app_is_told_so_and_its_token_refused(sim: SlackSim, client: AsyncWebClient) -> None:
    sim.announcer.subscriptions |= REMOVALS
    ann, general = sim.user("Ann"), sim.channel("general")
    await ann.say(general, "hello")
    await client.apps_uninstall(client_id=sim.oauth.client_id, client_secret=sim.oauth.client_secret)
    await ann.say(general, "is anybody there?")

    events = [payload["event"] for payload in sim.socket.sent]
    assert [event["type"] for event in events] == ["message", "app_uninstalled", "tokens_revoked"]
    assert events[-1]["tokens"] == {"oauth": [], "bot": [sim.bot_user_id]}
    assert await refused(client.auth_test()) == "account_inactive"


async def test_a_revoked_token_is_told_of(sim: SlackSim, client: AsyncWebClient) -> None:
    sim.announcer.subscriptions |= REMOVALS
    tried = await client.auth_revoke(test=True)
    await client.auth_revoke()

    assert (tried["revoked"], [payload["event"]["type"] for payload in sim.socket.sent]) == (False, ["tokens_revoked"])
    assert await refused(client.auth_test()) == "token_revoked"
    assert BOT_TOKEN.startswith("xoxb-")
