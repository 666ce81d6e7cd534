# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownArgumentType=false
# slack_sdk leaves some fields of its installations untyped.
"""The SDK's installation store over encrypted records: workspaces, organisations, and the exchange of tokens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bots.sandbox.slack.simulator import SlackSim
from bots.slack.api.call import AsyncWebClient, create_web_client
from bots.slack.oauth.installation_store import InstallationStore, get_id
from bots.slack.oauth.token_rotation import TokenRotation
from core.chat.port.errors import PlatformUnreachableError
from tests.bots.slack.oauth.secrets_store import Lease, open_secrets


def installation(team: str | None, enterprise: str | None = None, **more: Any) -> Installation:  # noqa: ANN401 - as the SDK has them
    fields: dict[str, Any] = {"team_id": team, "enterprise_id": enterprise, "is_enterprise_install": team is None}
    fields |= {"bot_token": f"xoxb-{team or enterprise}", "bot_id": "B1", "bot_user_id": "U1", "user_id": "U2"}
    return Installation(**(fields | more))


@pytest.fixture
def store(redis: Redis) -> InstallationStore:
    return InstallationStore(open_secrets(redis))


async def test_workspaces_have_tokens_of_their_own_and_those_of_an_organisation_share_one(
    store: InstallationStore,
) -> None:
    for each in (installation("T1"), installation("T2", "E1"), installation(None, "E1", enterprise_name="Grid")):
        await store.async_save(each)
    shared = await store.async_find_bot(enterprise_id="E1", team_id="T3", is_enterprise_install=True)
    own = await store.async_find_installation(enterprise_id="E1", team_id="T2", user_id="U9")
    found = [await store.find_by_id(name) for name in ("T1", "T2", "T3", "E1", "T4")]

    assert [bot and bot.bot_token for bot in found] == ["xoxb-T1", "xoxb-T2", "xoxb-E1", "xoxb-E1", None]
    assert shared is not None
    assert (shared.is_enterprise_install, shared.enterprise_name, get_id(shared)) == (True, "Grid", "E1")
    assert own is not None
    assert (own.bot_token, own.user_id) == ("xoxb-T2", "U9")
    assert sorted(get_id(bot) for bot in await store.list_bots()) == ["E1", "T1", "T2"]


async def test_an_organisation_that_never_installed_the_app_lends_no_token(store: InstallationStore) -> None:
    assert await store.async_find_bot(enterprise_id="E1", team_id="T3", is_enterprise_install=True) is None
    assert await store.async_find_installation(enterprise_id=None, team_id=None) is None


async def test_deleting_an_organisation_deletes_it_in_its_workspaces_alone(
    store: InstallationStore, redis: Redis
) -> None:
    for each in (installation("T1"), installation("T2", "E1"), installation(None, "E1")):
        await store.async_save(each)
    await store.async_find_bot(enterprise_id="E1", team_id="T3", is_enterprise_install=True)
    await store.async_delete_all(enterprise_id="E1", team_id=None)

    assert set(await open_secrets(redis).list()) == {"T1", "T2"}
    await store.async_delete_all(enterprise_id="E1", team_id="T2")
    assert set(await open_secrets(redis).list()) == {"T1"}


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"bot": 1}', '{"bot": {"bot_token": "xoxb"}}', "no json"])
async def test_a_record_of_another_form_counts_as_absent(store: InstallationStore, redis: Redis, text: str) -> None:
    await open_secrets(redis).put("T1", text)

    assert await store.find_by_id("T1") is None
    assert await store.list_bots() == []


@pytest.fixture
async def sim() -> AsyncGenerator[SlackSim]:
    async with SlackSim(bot_token="", app_token="xapp-1") as sim:
        sim.oauth.rotates_tokens = True
        yield sim


@pytest.fixture
async def client(sim: SlackSim) -> AsyncGenerator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield create_web_client("", sim.api_url, session)


async def install(sim: SlackSim, store: InstallationStore, client: AsyncWebClient, *, lifetime: int) -> None:
    """Install the app with a token for so many seconds."""
    sim.oauth.token_lifetime = lifetime
    address = f"https://slack/?client_id={sim.oauth.client_id}&scope=chat:write"
    code = sim.oauth.allow(address, sim.workspace, "U1").partition("code=")[2].partition("&")[0]
    answer = await client.oauth_v2_access(
        client_id=sim.oauth.client_id, client_secret=sim.oauth.client_secret, code=code
    )
    await store.async_save_bot(
        Bot(
            team_id="T1",
            bot_token=str(answer["access_token"]),
            bot_id="B1",
            bot_user_id="U1",
            bot_refresh_token=str(answer["refresh_token"]),
            bot_token_expires_in=lifetime,
            installed_at=1_700_000_000.0,
        )
    )
    sim.oauth.token_lifetime = 43_200


def rotation(sim: SlackSim, redis: Redis, client: AsyncWebClient, lease: Lease) -> TokenRotation:
    """What one replica has."""
    oauth = sim.oauth
    rotator = AsyncTokenRotator(client_id=oauth.client_id, client_secret=oauth.client_secret, client=client)
    return TokenRotation(InstallationStore(open_secrets(redis)), rotator, lambda _: lease)


async def test_replicas_exchange_a_token_once_before_it_expires(
    sim: SlackSim, store: InstallationStore, redis: Redis, client: AsyncWebClient
) -> None:
    await install(sim, store, client, lifetime=3_600)
    before, lease = await store.find_by_id("T1"), Lease()
    replicas = [rotation(sim, redis, client, lease) for _ in range(2)]
    found = await asyncio.gather(*(replica.find("T1") for replica in replicas for _ in range(3)))
    tokens = {str(bot.bot_token) for bot in found if bot}

    assert before is not None
    assert len(tokens) == 1
    assert before.bot_token not in tokens
    assert sim.count("oauth.v2.access") == 2  # the installation, and one exchange
    assert await rotation(sim, redis, client, lease).find("T9") is None


async def test_a_token_serves_to_its_end_while_slack_exchanges_none(
    sim: SlackSim, store: InstallationStore, redis: Redis, client: AsyncWebClient
) -> None:
    await install(sim, store, client, lifetime=3_600)
    before = await store.find_by_id("T1")
    tokens = rotation(sim, redis, client, Lease())
    sim.faults.lose_requests("oauth.v2.access")
    lost = await tokens.find("T1")
    sim.faults.fail("oauth.v2.access", "invalid_refresh_token")
    refused = await tokens.find("T1")
    later = await tokens.find("T1")

    assert before is not None
    assert [bot and bot.bot_token for bot in (lost, refused)] == [before.bot_token] * 2
    assert later is not None
    assert later.bot_token != before.bot_token


async def test_an_expired_token_is_no_answer_while_slack_cannot_be_reached(
    sim: SlackSim, store: InstallationStore, redis: Redis, client: AsyncWebClient
) -> None:
    await install(sim, store, client, lifetime=0)
    sim.faults.lose_requests("oauth.v2.access")

    with pytest.raises(PlatformUnreachableError):
        await rotation(sim, redis, client, Lease()).find("T1")


async def test_an_exchange_outlives_whoever_asked_for_it(
    sim: SlackSim, store: InstallationStore, redis: Redis, client: AsyncWebClient
) -> None:
    await install(sim, store, client, lifetime=3_600)
    before = await store.find_by_id("T1")
    sim.faults.delay("oauth.v2.access", 0.05)
    lease = Lease()
    tokens = rotation(sim, redis, client, lease)
    asked = asyncio.create_task(tokens.find("T1"))
    await lease.taken.wait()
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    await tokens.aclose()
    after = await store.find_by_id("T1")

    assert before is not None
    assert after is not None
    assert asked.cancelled()
    assert after.bot_token != before.bot_token
