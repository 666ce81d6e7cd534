"""Events over Socket Mode: nothing is acknowledged before it is stored."""

from __future__ import annotations

import asyncio
import json

import pytest
from redis.asyncio import Redis

from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from bots.slack.api.retry_until_answered import SlackTokenError
from bots.slack.platform import SlackPlatform
from core.redis import RateLimiter
from tests.bots.slack.conftest import Scene, settings, suggest
from tests.bots.slack.event_listener import Listener


async def test_a_message_is_stored_then_acknowledged(slack: SlackSim, listener: Listener, bob: SlackUser) -> None:
    listener.slow = 0.2
    await bob.say(slack.im(bob), "hello")
    incoming = await listener.next()
    await slack.wait_for(lambda: slack.acks)

    assert incoming.text == "hello"
    assert incoming.direct
    assert slack.acks[0].after >= 0.2
    stored = json.loads(listener.payloads[0])
    assert stored["type"] == "events_api"
    assert stored["bot"] == slack.bot_user_id
    assert stored["payload"]["event"]["text"] == "hello"


async def test_a_lone_surrogate_is_stored(slack: SlackSim, listener: Listener, bob: SlackUser) -> None:
    await bob.say(slack.im(bob), "What \ud83d is it?")

    assert (await listener.next()).text == "What \ufffd is it?"


@pytest.mark.parametrize(
    "hostile",
    [
        '{"type": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"type": "events_api", "payload": [' + ",".join(["[]"] * 200_000) + "]}",
        '{"type": ' + "[" * 100,
        '{"type": "events_api", "payload": ' + "9" * 100_000 + "}",
        '{"type": 5, "envelope_id": ["e"], "payload": "text"}',
        "x" * 1_000_000,
    ],
    ids=["deep", "many values", "no end", "long number", "other types", "no JSON"],
)
async def test_a_hostile_frame_does_not_end_the_socket(
    slack: SlackSim, listener: Listener, bob: SlackUser, hostile: str
) -> None:
    await slack.socket.send_text(hostile)
    await bob.say(slack.im(bob), "hello")

    assert (await listener.next()).text == "hello"


@pytest.mark.usefixtures("unhurried")
async def test_an_event_that_the_store_refuses_is_stored_before_slack_would_send_it_again(
    slack: SlackSim, listener: Listener, bob: SlackUser
) -> None:
    listener.broken = True
    await bob.say(slack.im(bob), "hello")
    await listener.arrive(2)

    assert slack.acks == []

    listener.broken = False

    assert (await listener.next()).text == "hello"
    await slack.wait_for(lambda: slack.acks)
    assert [ack.attempt for ack in slack.acks] == [0]


async def test_an_event_that_cannot_be_stored_in_time_is_not_acknowledged_and_sent_again(
    slack: SlackSim, listener: Listener, bob: SlackUser
) -> None:
    slack.socket.ack_within, slack.socket.retry_delays = 3, (0.0, *[0.1] * 9)
    listener.broken = True
    await bob.say(slack.im(bob), "hello")
    await listener.arrive(12)
    listener.broken = False

    assert (await listener.next()).text == "hello"
    await slack.wait_for(lambda: slack.acks)
    assert [ack.attempt >= 1 for ack in slack.acks] == [True]


async def test_a_store_that_takes_too_long_is_not_acknowledged(
    slack: SlackSim, listener: Listener, bob: SlackUser
) -> None:
    listener.slow = 60
    await bob.say(slack.im(bob), "hello")
    await listener.arrive(2)

    assert slack.acks == []
    assert listener.payloads == []


@pytest.mark.usefixtures("unhurried")
async def test_a_slow_store_does_not_block_other_events(slack: SlackSim, listener: Listener, bob: SlackUser) -> None:
    listener.slow = 2
    for number in range(10):
        await bob.say(slack.im(bob), f"{number}")
    await slack.wait_for(lambda: len(slack.acks) == 10, timeout=15)  # one by one, twenty seconds

    assert {ack.attempt for ack in slack.acks} == {0}


async def test_everything_that_slack_sends_is_acknowledged(slack: SlackSim, listener: Listener, bob: SlackUser) -> None:
    slack.announcer.subscriptions |= {"reaction_added", "app_home_opened"}
    channel = slack.channel("general", members=[bob])
    message = await bob.say(channel, "hello")
    await bob.edit(message, "hello!")
    await bob.react(message, "eyes")
    await bob.command("/unknown", "", channel)
    await bob.open_app()
    await slack.wait_for(lambda: len(slack.acks) == 5)

    assert {ack.type for ack in slack.acks} == {"events_api", "slash_commands"}
    assert all(ack.payload == {} for ack in slack.acks)


async def test_what_tells_of_the_bot_s_own_messages_is_acknowledged_and_not_stored(
    slack: SlackSim, listener: Listener, bob: SlackUser, scene: Scene
) -> None:
    await listener.next()
    await scene.show("One", "One two", "One two three.", final=True)
    await bob.say(slack.im(bob), "hello")

    assert (await listener.next()).text == "hello"
    await slack.wait_for(lambda: len(slack.acks) >= 4)
    stored = [json.loads(payload)["payload"]["event"] for payload in listener.payloads]
    assert [event.get("text") for event in stored] == [f"<@{slack.bot_user_id}> hi", "hello"]


async def test_the_socket_is_renewed_when_slack_asks(slack: SlackSim, listener: Listener, bob: SlackUser) -> None:
    for reason in ("warning", "refresh_requested"):
        await slack.disconnect(reason)
        await slack.wait_for(lambda: slack.count("apps.connections.open") > 1 and slack.socket.connections == 1)
        await bob.say(slack.im(bob), reason)

        assert (await listener.next()).text == reason

    assert listener.platform.is_connected


@pytest.fixture
def rare_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.slack.events.socket_connection._PING_INTERVAL", 60)


@pytest.mark.usefixtures("rare_pings")
async def test_a_lost_socket_is_reconnected(slack: SlackSim, listener: Listener, bob: SlackUser) -> None:
    slack.drop_connections()
    await slack.wait_for(lambda: slack.socket.connections == 1, timeout=40)  # the SDK alone takes a minute
    await bob.say(slack.im(bob), "again")

    assert (await listener.next()).text == "again"


async def test_a_start_while_slack_is_down_succeeds_later(slack: SlackSim, redis: Redis) -> None:
    slack.faults.break_down("auth.test", status=503)
    slack.faults.lose_answers("apps.connections.open")
    async with SlackPlatform(settings(slack), lambda account: RateLimiter(redis, account), suggest) as platform:
        running = asyncio.create_task(platform.run(Listener(platform).receive))
        async with asyncio.timeout(60):
            await platform.connected.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert slack.count("auth.test") == 1


@pytest.mark.parametrize("variable", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_wrong_token_is_named_at_the_start(slack: SlackSim, redis: Redis, variable: str) -> None:
    name = variable.removeprefix("SLACK_").lower()
    tokens = {name: "xoxb-wrong" if name == "bot_token" else "xapp-wrong"}  # tokens of another form are refused earlier
    async with SlackPlatform(
        settings(slack, **tokens), lambda account: RateLimiter(redis, account), suggest
    ) as platform:
        with pytest.raises(SlackTokenError, match=f"{variable}: invalid_auth"):
            await platform.run(Listener(platform).receive)


async def test_closing_leaves_no_connection_open(slack: SlackSim, redis: Redis) -> None:
    async with SlackPlatform(settings(slack), lambda account: RateLimiter(redis, account), suggest) as platform:
        running = asyncio.create_task(platform.run(Listener(platform).receive))
        await platform.connected.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

        assert not platform.is_connected

    await slack.wait_for(lambda: slack.socket.connections == 0)
