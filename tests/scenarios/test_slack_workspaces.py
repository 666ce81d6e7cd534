# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""One app in several workspaces and in an organisation, served by two replicas."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import cast

from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.slack.app_state import Organisation
from bots.sandbox.slack.browser import Browser
from bots.sandbox.slack.events import REMOVALS
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.workspace_sim import WorkspaceSim
from bots.sandbox.slack.workspace_state import Workspace
from tests.scenarios.access_steps import claim
from tests.scenarios.conversation_steps import asked, echo, says
from tests.scenarios.replica_steps import start_installed_replica


def _direct(workspace: WorkspaceSim, name: str) -> SlackPersona:
    user = workspace.user(name)
    return SlackPersona(workspace, user, workspace.im(user))


async def _list_installed(redis: Redis) -> set[str]:
    return {name.decode() for name in await cast("Awaitable[list[bytes]]", redis.hkeys("secrets:slack"))}


async def _until_removed(redis: Redis, *teams: str) -> None:
    async with asyncio.timeout(60):
        while await _list_installed(redis) & {*teams}:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.05)


async def _install_everywhere(slack: SlackSim, acme: Workspace, *others: Workspace | Organisation) -> list[int]:
    """Install the app; return the statuses of what must not and what must succeed in the first workspace."""
    browser = Browser(slack)
    await browser.open(f"{slack.oauth.redirect_urls[0]}?error=heliotrope")
    slack.faults.garble("oauth.v2.access")
    unread = await Browser(slack).install(acme, "U1")
    assert (unread[0], "installed" in unread[1]) == (502, False)
    lured, _ = await Browser(slack).open(slack.oauth.allow(await browser.begin(), acme, "U1"))
    callback = slack.oauth.allow(await browser.begin(), acme, "U1")
    (status, page), (again, _) = await browser.open(callback), await browser.open(callback)
    assert "installed in Acme" in page
    for other in others:
        await Browser(slack).install(other, "U1")
    return [lured, status, again]


async def _let_in(root: Persona, person: SlackPersona, *, answer: str) -> None:
    """Write from a workspace that nobody has decided about yet, and decide."""
    await person.say("one")
    await says(person, "people and groups that my admins know")
    await says(root, "would like to use me in another workspace")
    await root.choose(answer)


async def _refuse_and_let_in_after_all(root: Persona, workspace: WorkspaceSim, redis: Redis) -> None:
    """Let an admin change their mind while Slack does not remove the app."""
    team = workspace.team_id
    workspace.faults.fail("apps.uninstall", "not_now", times=100)
    await _let_in(root, _direct(workspace, "Mal"), answer="Refuse")
    await says(root, "is refused")
    assert f"removal:{team}" in await _list_installed(redis)
    await root.say(f"/admin allow sl:{team}:{team}")
    await says(root, "Done")
    assert f"removal:{team}" not in await _list_installed(redis)
    workspace.faults.clear()


async def test_workspaces_install_the_app_are_let_in_and_know_nothing_of_each_other(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, slack = empty_harness, empty_harness.slack
    harness.wanjie.script.answer = echo
    slack.announcer.subscriptions |= REMOVALS
    slack.oauth.rotates_tokens, slack.oauth.token_lifetime = True, 600  # nearly over, so they are exchanged at once
    acme, grid, spam = slack.add_workspace("Acme"), slack.add_organisation("Grid"), slack.add_workspace("Spam")
    east, junk = slack.add_workspace("East", grid), slack.add_workspace("Junk")
    ann, eve, root = _direct(acme, "Ann"), _direct(east, "Eve"), harness.private("Root")
    await start_installed_replica(harness, redis_url, SLACK_ALLOWED_IDS=grid.id)
    await harness.ready()
    await claim(harness, root)
    await start_installed_replica(harness, redis_url, SLACK_ALLOWED_IDS=grid.id)
    await harness.ready()

    statuses = await _install_everywhere(slack, acme.workspace, grid, spam.workspace, junk.workspace)
    slack.oauth.token_lifetime = 43_200

    slack.http.lost_answers = 1
    slack.socket.retry_delays = (0.0, 0.2, 1.0)
    await _let_in(root, ann, answer="Allow")
    await says(ann, "Everybody in this workspace can use me now")
    await asyncio.gather(ann.say("two"), eve.say("three"))
    await asyncio.gather(says(ann, "answer to two"), says(eve, "answer to three"))
    await asyncio.gather(ann.say("/usage"), eve.say("/usage"))
    await asyncio.gather(says(ann, "tokens"), says(eve, "tokens"))

    assert statuses == [400, 200, 401]
    assert sorted(len(messages) for messages in asked(harness)) == [1, 1]
    assert len(ann.answers()) == 4
    exchanges = [call for call in slack.calls if call.args.get("grant_type") == "refresh_token"]
    assert [call.error for call in exchanges] == [None, None]  # one for each installation, whoever needed it first
    assert await _list_installed(redis) == {acme.team_id, grid.id, east.team_id, spam.team_id, junk.team_id}
    limited = {key.decode().partition("}")[0] for key in cast("list[bytes]", await redis.keys("{b:sl:*"))}
    assert {f"{{b:sl:{acme.team_id}", f"{{b:sl:{east.team_id}"} <= limited

    await _refuse_and_let_in_after_all(root, spam, redis)
    await _let_in(root, _direct(junk, "Moe"), answer="Refuse")
    slack.uninstall(acme.workspace)
    await _until_removed(redis, acme.team_id, junk.team_id)
    await eve.say("four")
    await says(eve, "answer to four")
    await eve.until(lambda: junk.count("apps.uninstall") == 1)
    assert {grid.id, spam.team_id} <= await _list_installed(redis)

    stored = b"".join(await cast("Awaitable[list[bytes]]", redis.hvals("secrets:slack")))
    log = harness.logs()
    assert "xox" not in log
    assert "could not be installed" in log
    assert "heliotrope" not in log  # which the address of a request said
    assert b"xox" not in stored
