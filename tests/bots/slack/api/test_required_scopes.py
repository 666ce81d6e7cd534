"""Missing scopes are reported to the operator, and users are answered as far as possible."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bots.sandbox.slack.simulator import SlackSim
from bots.slack.api.required_scopes import SCOPES, missing_scopes
from bots.slack.platform import SlackPlatform
from core.chat.port.errors import ContentRejectedError
from core.chat.port.incoming import Sender
from core.redis import RateLimiter
from tests.bots.slack.conftest import Scene, look_up_sender, settings, suggest


def test_missing_scopes_are_listed_in_manifest_order() -> None:
    assert missing_scopes("chat:write, users:read,extra") == tuple(
        scope for scope in SCOPES if scope not in {"chat:write", "users:read"}
    )
    assert missing_scopes(",".join(SCOPES)) == ()
    assert missing_scopes("") == ()


async def test_missing_scopes_are_logged_at_the_start(slack: SlackSim, redis: Redis) -> None:
    slack.scopes.difference_update({"files:read", "users:read"})
    with capture_logs() as lines:
        async with SlackPlatform(settings(slack), lambda account: RateLimiter(redis, account), suggest) as platform:
            identity = await platform.connect()

    assert identity.missing_scopes == ("files:read", "users:read")
    assert [line["missing"] for line in lines if "lacks scopes" in line["event"]] == ["files:read, users:read"]


async def test_a_missing_scope_is_logged_once_and_the_answer_is_posted(scene: Scene) -> None:
    scene.slack.scopes.difference_update({"files:read", "users:read"})
    with capture_logs() as lines:
        for user in ("U1", "U2"):
            assert await look_up_sender(scene.platform, Sender(user)) == Sender(user)
        with pytest.raises(ContentRejectedError):
            await scene.outbox.download_file("F1", max_bytes=10)
        await scene.show("One", "One two", final=True)

    told = [(line["needed"], line["method"]) for line in lines if "lacks a scope" in line["event"]]
    assert told == [("users:read", "users.info"), ("files:read", "files.info")]
    assert all("chat:write" in line["provided"] for line in lines if "lacks a scope" in line["event"])
    assert scene.texts == ["One two"]


async def test_an_answer_to_a_user_invisible_to_the_app_is_posted(scene: Scene) -> None:
    scene.ann.person.is_hidden = True
    await scene.show("One", final=False)

    assert scene.texts == ["One"]
    assert scene.count("startStream", "postMessage") == [0, 1]
