"""Rate limits and ordered faults of the simulated Slack, as the official client meets them."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# (slack_sdk is typed in part only, and says that any key of an answer may be None)

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.data_types import Channel
from bots.sandbox.slack.simulator import SlackSim
from tests.bots.sandbox.slack.fixtures import refused
from tests.clock import Clock


@pytest.mark.parametrize(
    ("method", "calls"),
    [
        ("chat.startStream", 20),
        ("chat.stopStream", 20),
        ("chat.appendStream", 100),
        ("chat.update", 50),
        ("chat.delete", 50),
        ("assistant.threads.setStatus", 600),
        ("users.info", 100),
        ("conversations.replies", 50),
    ],
)
async def test_a_method_is_limited_by_its_tier(sim: SlackSim, method: str, calls: int) -> None:
    assert sim.limits.calls[method] == calls


async def test_a_call_over_the_limit_waits_for_the_window(sim: SlackSim, client: AsyncWebClient, clock: Clock) -> None:
    sim.limits.calls["auth.test"] = 2
    await client.auth_test()
    clock.now += 10
    await client.auth_test()
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()

    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["Retry-After"] == "50"
    assert sim.floods == {"auth.test": 1}
    clock.now += 50
    assert (await client.auth_test())["ok"]
    assert await refused(client.auth_test()) == "ratelimited"


async def test_a_channel_takes_a_short_burst_and_then_a_post_a_second(
    sim: SlackSim, client: AsyncWebClient, clock: Clock, channel: Channel
) -> None:
    for _ in range(3):
        await client.chat_postMessage(channel=channel.id, text="x")

    assert await refused(client.chat_postMessage(channel=channel.id, text="x")) == "ratelimited"
    assert (await client.chat_postMessage(channel=sim.channel("other").id, text="x"))["ok"]
    clock.now += 1
    assert (await client.chat_postMessage(channel=channel.id, text="x"))["ok"]
    assert await refused(client.chat_postMessage(channel=channel.id, text="x")) == "ratelimited"


async def test_the_simulator_tells_how_much_of_a_limit_is_used(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, clock: Clock
) -> None:
    posted = await client.chat_postMessage(channel=channel.id, text="x")
    await client.chat_postMessage(channel=channel.id, text="y")
    await client.chat_update(channel=channel.id, ts=str(posted["ts"]), text="z")

    assert (sim.get_usage("chat.postMessage", channel.id), sim.get_usage("chat.update", channel.id)) == (
        (2, 3),
        (1, 50),
    )
    clock.now += 61
    assert (sim.get_usage("chat.postMessage", channel.id), sim.get_usage("chat.update", channel.id)) == (
        (0, 3),
        (0, 50),
    )
    assert sim.get_usage("no.method", "") == (0, 0)


async def test_the_next_calls_of_a_method_fail_as_ordered(sim: SlackSim, client: AsyncWebClient) -> None:
    sim.faults.fail("auth.test", "internal_error", times=2)

    assert await refused(client.auth_test()) == "internal_error"
    assert await refused(client.auth_test()) == "internal_error"
    assert (await client.auth_test())["ok"]


async def test_a_scripted_rate_limit_has_a_retry_after(sim: SlackSim, client: AsyncWebClient) -> None:
    sim.faults.flood("*", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()

    assert caught.value.response.headers["Retry-After"] == "7"
    assert sim.floods == {}


async def test_a_gateway_error_is_not_json(sim: SlackSim, client: AsyncWebClient) -> None:
    sim.faults.break_down("auth.test", status=503)
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()

    assert caught.value.response.status_code == 503


async def test_the_sdk_posts_twice_after_a_lost_response(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    sim.faults.lose_answers("chat.postMessage")
    await client.chat_postMessage(channel=channel.id, text="once?")

    assert sim.texts(channel) == ["once?", "once?"]


async def test_without_retries_a_lost_response_is_a_connection_error(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    client.retry_handlers = []
    sim.faults.lose_answers("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel.id, text="once")

    assert sim.texts(channel) == ["once"]


async def test_a_delayed_method_responds_late(sim: SlackSim, client: AsyncWebClient) -> None:
    sim.faults.delay("auth.test", 60)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.auth_test()
    assert sim.calls == []
    sim.faults.delay("auth.test", 0)
    await client.auth_test()
    assert sim.count("auth.test") == 1
