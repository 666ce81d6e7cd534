"""Events over HTTP: only what Slack has signed counts, and nothing is acknowledged before it is stored."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bots.running_platform import PlatformError
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from bots.slack.events.http_requests import read_payload
from bots.slack.platform import SlackPlatform
from bots.slack.settings import SlackSettings
from core.chat.port.menus import Menu
from core.redis import RateLimiter
from tests.bots.slack.conftest import BOT_TOKEN, MODELS, Scene, suggest
from tests.bots.slack.event_listener import Listener
from tests.free_port import find_free_port

_TEXT = "what nobody may log"
_EVENT = json.dumps({"type": "event_callback", "event": {"type": "message", "text": _TEXT}})


def _open_platform(slack: SlackSim, redis: Redis, port: int) -> SlackPlatform:
    settings = SlackSettings(
        bot_token=SecretStr(BOT_TOKEN),
        api_url=slack.api_url,
        mode="http",
        signing_secret=SecretStr(slack.http.signing_secret),
        request_url=slack.http.url,
        http_port=port,
    )
    return SlackPlatform(settings, lambda account: RateLimiter(redis, account), suggest)


@pytest_asyncio.fixture
async def platform(slack: SlackSim, redis: Redis) -> AsyncGenerator[SlackPlatform]:
    """The platform of the other tests, over HTTP."""
    port = find_free_port()
    slack.http.backends.append(f"http://127.0.0.1:{port}")
    async with _open_platform(slack, redis, port) as platform:
        await platform.connect()
        yield platform


async def _post(slack: SlackSim, body: str | bytes, headers: dict[str, str], kind: str = "application/json") -> int:
    url = slack.http.backends[0] + urlsplit(slack.http.url).path
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers={"Content-Type": kind, **headers}) as response,
    ):
        return response.status


@pytest.mark.usefixtures("unhurried")
async def test_messages_commands_presses_and_searches_are_stored_and_acknowledged(
    scene: Scene, listener: Listener
) -> None:
    slack, channel, ann = scene.slack, scene.channel, scene.ann
    await scene.outbox.show_menu(Menu("model", "Which?", MODELS))
    menu = slack.messages(channel, scene.question.ts)[-1]
    options = await ann.search(menu, "menu:model", "Model 29")
    await ann.press(menu, "menu:model", option="m290")
    await ann.command("/model", "kimi & 通义 +1", channel)
    await slack.wait_for(lambda: len(slack.acks) >= 3)
    found = [await listener.next_action() for _ in range(2)]

    assert await slack.http.verify()
    assert [option["value"] for option in options] == ["m29", *(f"m29{number}" for number in range(10))]
    assert {incoming.choice and incoming.choice.value for incoming in found} == {"m290", None}
    assert {(incoming.command, incoming.text) for incoming in found} >= {("model", "kimi & 通义 +1")}
    assert b"block_suggestion" not in b"".join(listener.payloads)
    assert slack.violations == []


async def test_what_the_store_refuses_gets_503_and_is_stored_when_slack_sends_it_again(
    slack: SlackSim, listener: Listener, bob: SlackUser
) -> None:
    slack.socket.retry_delays = (0.0, *[0.1] * 9)
    listener.broken = True
    await bob.say(slack.im(bob), "hello")
    await listener.arrive(12)
    listener.broken = False

    assert (await listener.next()).text == "hello"
    await slack.wait_for(lambda: slack.acks)
    assert [ack.attempt >= 1 for ack in slack.acks] == [True]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Slack-Signature", "v0=" + "0" * 64),
        ("X-Slack-Signature", "v0=é"),
        ("X-Slack-Signature", ""),
        ("X-Slack-Request-Timestamp", "today"),
        ("X-Slack-Request-Timestamp", "9" * 5000),
        ("X-Slack-Request-Timestamp", ""),
    ],
)
async def test_what_slack_has_not_signed_is_refused(slack: SlackSim, listener: Listener, name: str, value: str) -> None:
    with capture_logs() as logs:
        status = await _post(slack, _EVENT, slack.http.sign(_EVENT, int(time.time())) | {name: value})

    assert status == 401
    assert listener.payloads == []
    assert _TEXT not in str(logs)


async def test_a_signature_holds_for_its_time_and_body_alone(slack: SlackSim, listener: Listener) -> None:
    now = int(time.time())
    headers = slack.http.sign(_EVENT, now)

    assert await _post(slack, _EVENT, headers | {"X-Slack-Request-Timestamp": str(now + 1)}) == 401
    assert await _post(slack, _EVENT + " ", headers) == 401
    assert await _post(slack, _EVENT, headers) == 200
    assert len(listener.payloads) == 1


@pytest.mark.parametrize(("age", "status"), [(290, 200), (310, 401), (-290, 200), (-310, 401)])
async def test_what_was_signed_more_than_five_minutes_ago_is_refused(
    slack: SlackSim, listener: Listener, age: int, status: int
) -> None:
    assert await _post(slack, _EVENT, slack.http.sign(_EVENT, int(time.time()) - age)) == status
    assert len(listener.payloads) == (status == 200)


async def test_a_body_without_end_is_not_read(
    slack: SlackSim, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.slack.events.http_requests._MAX_BODY_BYTES", 200_000)
    body = "x" * 200_001

    assert await _post(slack, body, slack.http.sign(body, int(time.time()))) == 413
    assert listener.payloads == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("[" * 50_000 + "]" * 50_000, "application/json"),
        ("no JSON", "application/json"),
        ("[1]", "application/json"),
        ("payload=no JSON", "application/x-www-form-urlencoded"),
        ("&".join(f"f{number}=1" for number in range(100)), "application/x-www-form-urlencoded"),
        ("", "application/x-www-form-urlencoded"),
    ],
)
async def test_what_cannot_be_read_does_not_come_again(
    slack: SlackSim, listener: Listener, body: str, kind: str
) -> None:
    assert await _post(slack, body, slack.http.sign(body, int(time.time())), kind) == 400
    assert listener.payloads == []


async def test_a_body_that_is_no_utf_8_is_refused(slack: SlackSim, listener: Listener) -> None:
    assert await _post(slack, b"\xff", slack.http.sign("x", int(time.time()))) == 401


async def test_a_port_in_use_refuses_the_platform(slack: SlackSim, redis: Redis, listener: Listener) -> None:
    port = urlsplit(slack.http.backends[0]).port or 0
    async with _open_platform(slack, redis, port) as second:
        with pytest.raises(PlatformError, match="SLACK_HTTP_PORT"):
            await second.run(listener.receive)


@given(st.binary(), st.booleans())
def test_any_body_is_read_or_refused_with_a_value_error(body: bytes, is_form: bool) -> None:  # noqa: FBT001 - drawn
    try:
        assert read_payload(body, is_form=is_form)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"mode": "http", "request_url": "https://bots.example/"}, "signing_secret\n.*not set"),
        ({"mode": "http", "signing_secret": "0" * 32}, "request_url\n.*not set"),
        ({"mode": "socket"}, "app_token\n.*not set"),
        ({"mode": "http", "signing_secret": "0" * 32, "request_url": "http://bots.example"}, "https"),
        ({"mode": "http", "signing_secret": "xapp-1", "request_url": "https://bots.example"}, "Signing Secret"),
        ({"app_token": "xapp-1", "command_prefix": "wj"}, "end in - or _"),
        ({"app_token": "xapp-1", "command_prefix": "/wj-"}, "small letters"),
        ({"mode": "both", "app_token": "xapp-1"}, "socket"),
    ],
)
def test_settings_that_do_not_fit_the_mode_are_refused(variables: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        SlackSettings.model_validate({"bot_token": "xoxb-1", **variables})
