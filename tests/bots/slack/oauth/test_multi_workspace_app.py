# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownArgumentType=false
# slack_sdk leaves some fields of its installations untyped.
"""Finding the installation of an event, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis
from slack_sdk.oauth.installation_store import Bot, Installation

from bots.sandbox.slack.simulator import SlackSim
from bots.slack.api.call import create_web_client
from bots.slack.events.workspace_context import WorkspaceContext
from bots.slack.oauth.installation_store import InstallationStore
from bots.slack.oauth.multi_workspace_app import MultiWorkspaceApp
from bots.slack.oauth.removal_retries import RemovalRetries
from core.chat.port.errors import PlatformUnreachableError, RecipientGoneError
from tests.bots.slack.oauth.app_settings import make_app_settings
from tests.bots.slack.oauth.secrets_store import Lease, open_secrets

_TOKEN = "xoxb-home"
_APP = WorkspaceContext(apps=frozenset({"A9"}), command_prefix="wj-")


@dataclass
class Scene:
    """An app that is installed in the workspace of the simulator."""

    slack: SlackSim
    store: InstallationStore
    app: MultiWorkspaceApp

    async def find(self, team: str, **more: Any) -> WorkspaceContext | None:  # noqa: ANN401 - fields of a payload
        found = await self.app.find({"team_id": team, **more}, _APP)
        return found and found[0]


@pytest.fixture
async def scene(redis: Redis) -> AsyncGenerator[Scene]:
    async with SlackSim(bot_token=_TOKEN, app_token="xapp-1") as slack, aiohttp.ClientSession() as session:
        records = open_secrets(redis)
        settings = make_app_settings(slack, allowed_ids=("T2",))
        lease, store = Lease(), InstallationStore(records)
        for team, name in ((slack.team_id, "Home"), ("T2", "Listed")):
            await store.async_save_bot(
                Bot(
                    team_id=team,
                    team_name=name,
                    bot_token=_TOKEN,
                    bot_id="B1",
                    bot_user_id="U1",
                    installed_at=1_700_000_000.0,
                )
            )
        create_client = lambda: create_web_client("", slack.api_url, session)  # noqa: E731
        yield Scene(slack, store, MultiWorkspaceApp(settings, records, lambda _: lease, create_client))


async def test_an_event_is_read_for_its_workspace_which_an_admin_lets_in_unless_it_is_listed(scene: Scene) -> None:
    home, listed = await scene.find(scene.slack.team_id), await scene.find("T2")

    assert home == WorkspaceContext(
        scene.slack.team_id, "U1", _APP.apps, "wj-", asks_for=scene.slack.team_id, name="Home"
    )
    assert listed is not None
    assert (listed.team, listed.asks_for) == ("T2", "")
    assert await scene.find("T9") is None


async def test_a_removal_is_believed_when_slack_refuses_the_token(scene: Scene) -> None:
    team = scene.slack.team_id
    await scene.app.delete_removed(team)
    kept = await scene.find(team)
    scene.slack.faults.break_down("auth.test")
    with pytest.raises(PlatformUnreachableError):
        await scene.app.delete_removed(team)
    scene.slack.revoke_token()
    await scene.app.delete_removed(team)
    await scene.app.delete_removed(team)  # it comes again

    assert kept is not None
    assert await scene.find(team) is None
    assert await scene.find("T2") is not None


async def test_leaving_a_workspace_removes_the_app_there_and_its_token(scene: Scene) -> None:
    bot = scene.app.create_bot(scene.slack.team_id)
    await bot.authorize()
    await scene.app.uninstall(scene.slack.team_id)
    await scene.app.uninstall(scene.slack.team_id)

    assert scene.slack.count("apps.uninstall") == 1
    assert await scene.find(scene.slack.team_id) is None
    assert bot.client.token == _TOKEN
    with pytest.raises(RecipientGoneError):
        await bot.renew()
    with pytest.raises(RecipientGoneError):
        await bot.authorize()


async def test_a_removal_that_fails_is_tried_again_also_by_the_next_process(scene: Scene) -> None:
    team, faults = scene.slack.team_id, scene.slack.faults
    faults.fail("apps.uninstall", "not_now")
    faults.break_down("apps.uninstall")
    await scene.app.uninstall(team)  # by a process that does not live to see the next attempt
    kept, marked = await scene.find(team), await scene.store.list_removals()
    await scene.app.prepare()
    async with asyncio.timeout(60):
        while await scene.store.list_removals():  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.02)
    await scene.app.aclose()

    assert (kept is not None, marked) == (True, [team])
    assert scene.slack.count("apps.uninstall") == 1
    assert await scene.store.find_by_id(team) is None


async def test_a_new_installation_ends_the_attempts_to_remove_the_old_one(scene: Scene) -> None:
    team = scene.slack.team_id
    scene.slack.faults.fail("apps.uninstall", "not_now")
    await scene.app.uninstall(team)
    await scene.store.async_save(Installation(user_id="U1", team_id=team, bot_token="xoxb-next"))

    assert await scene.store.list_removals() == []
    assert (await scene.store.find_by_id(team)) is not None


async def test_no_attempt_is_made_for_who_has_the_app_again_while_others_are_removed(scene: Scene) -> None:
    teams, tried = {scene.slack.team_id, "T2"}, list[str]()
    for team in teams:
        await scene.store.mark_for_removal(team)

    async def remove(name: str) -> None:
        tried.append(name)
        await scene.store.async_delete_bot(enterprise_id=name, team_id=None)
        for other in teams - {name}:
            await scene.store.async_save(Installation(user_id="U1", team_id=other, bot_token="xoxb-next"))

    lease = Lease()
    trying = asyncio.create_task(RemovalRetries(scene.store, lambda _: lease, remove).run())
    async with asyncio.timeout(60):
        while await scene.store.list_removals() or not tried:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.02)
    async with lease.hold():  # all attempts are over
        trying.cancel()
    await asyncio.gather(trying, return_exceptions=True)

    assert len(tried) == 1


async def test_tokens_that_slack_refuses_are_deleted_with_the_removal(scene: Scene) -> None:
    scene.slack.revoke_token()
    await scene.app.uninstall(scene.slack.team_id)

    assert await scene.store.list_removals() == []
    assert await scene.store.find_by_id(scene.slack.team_id) is None


async def test_a_bot_takes_the_token_of_a_new_installation_when_the_old_one_is_refused(scene: Scene) -> None:
    bot = scene.app.create_bot(scene.slack.team_id)
    await bot.authorize()
    unchanged = await bot.renew()
    found = await scene.store.find_by_id(scene.slack.team_id)
    assert found is not None
    found.bot_token = "xoxb-next"
    await scene.store.async_save_bot(found)

    assert (unchanged, await bot.renew(), bot.client.token, bot.user) == (False, True, "xoxb-next", "U1")
