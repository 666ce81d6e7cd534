"""Streamed messages in the simulated Slack: what they show, what is refused, and how they die."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# (slack_sdk is typed in part only, and says that any key of an answer may be None)

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.data_types import Channel, Message
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from tests.bots.sandbox.slack.fixtures import refused, simulator
from tests.clock import Clock

STOP = {"type": "button", "action_id": "stop", "value": "1", "text": {"type": "plain_text", "text": "Stop"}}


def but(start: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    return {**start, **changed}


@pytest.fixture
async def sim(clock: Clock) -> AsyncGenerator[SlackSim, None]:
    async with simulator(clock) as sim:
        sim.limits.enabled = False
        yield sim


@pytest.fixture
def ann(sim: SlackSim) -> SlackUser:
    return sim.user("Ann")


@pytest.fixture
async def root(ann: SlackUser, channel: Channel) -> Message:
    return await ann.say(channel, "question")


@pytest.fixture
def start(sim: SlackSim, channel: Channel, ann: SlackUser, root: Message) -> dict[str, Any]:
    recipient = {"recipient_user_id": ann.id, "recipient_team_id": sim.team_id}
    return {"channel": channel.id, "thread_ts": root.ts, **recipient}


@pytest.fixture
async def live(client: AsyncWebClient, start: dict[str, Any]) -> dict[str, Any]:
    answer = await client.chat_startStream(**start, markdown_text="The ")
    return {"channel": start["channel"], "ts": str(answer["ts"])}


async def test_a_stream_is_appended_to_and_stopped(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, root: Message, live: dict[str, Any]
) -> None:
    await client.chat_appendStream(**live, markdown_text="answer ")
    await client.chat_appendStream(**live, markdown_text="is ")
    stopped = await client.chat_stopStream(**live, markdown_text="42.")

    assert sim.texts(channel, root.ts) == ["The answer is 42."]
    assert stopped["message"]["text"] == "The answer is 42."
    assert [one.text for one in sim.timeline(channel, root.ts)] == [
        "question",
        "The ",
        "The answer ",
        "The answer is ",
        "The answer is 42.",
    ]
    assert sim.violations == []


async def test_the_sdk_helper_streams(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, start: dict[str, Any]
) -> None:
    stream = await client.chat_stream(buffer_size=4, **start)
    for word in ("one ", "two ", "three"):
        await stream.append(markdown_text=word)
    await stream.stop()

    assert sim.texts(channel) == ["one two three"]


async def test_tasks_replace_their_state_and_add_up_their_details(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, start: dict[str, Any]
) -> None:
    task = {"type": "task_update", "id": "t1", "title": "Think", "status": "in_progress", "details": "a"}
    stop: dict[str, Any] = {"type": "blocks", "blocks": [{"type": "actions", "elements": [STOP]}]}
    ts = str((await client.chat_startStream(**start, chunks=[stop, task]))["ts"])
    await client.chat_appendStream(
        channel=channel.id,
        ts=ts,
        chunks=[task | {"status": "complete", "details": "b"}, {"type": "markdown_text", "text": "So"}],
    )
    streamed = sim.messages(channel)[-1]

    assert streamed.stream
    assert (streamed.stream.tasks["t1"]["status"], streamed.stream.tasks["t1"]["details"]) == ("complete", "ab")
    assert streamed.blocks == stop["blocks"]
    assert streamed.shown == "So"


async def test_a_stream_keeps_to_the_kind_of_content_that_it_began_with(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, start: dict[str, Any], live: dict[str, Any]
) -> None:
    chunk = {"type": "markdown_text", "text": "x"}
    other: dict[str, Any] = {
        "channel": channel.id,
        "ts": str((await client.chat_startStream(**start, chunks=[chunk]))["ts"]),
    }

    assert await refused(client.chat_appendStream(**live, chunks=[chunk])) == "streaming_mode_mismatch"
    assert await refused(client.chat_appendStream(**other, markdown_text="x")) == "streaming_mode_mismatch"
    assert await refused(client.chat_stopStream(**other, blocks=[{"type": "divider"}])) == "streaming_mode_mismatch"
    assert sim.texts(channel) == ["The ", "x"]
    assert (await client.chat_stopStream(**other, chunks=[{"type": "blocks", "blocks": [{"type": "divider"}]}]))["ok"]


@pytest.mark.parametrize("missing", ["recipient_team_id", "recipient_user_id"])
async def test_a_stream_in_a_channel_needs_its_reader(
    client: AsyncWebClient, start: dict[str, Any], missing: str
) -> None:
    assert await refused(client.chat_startStream(**but(start, {missing: ""}))) == f"missing_{missing}"


async def test_a_stream_in_a_direct_conversation_needs_none(
    sim: SlackSim, client: AsyncWebClient, ann: SlackUser
) -> None:
    said = await ann.say(sim.im(ann), "hi")

    assert (await client.chat_startStream(channel=sim.im(ann).id, thread_ts=said.ts))["ok"]


@pytest.mark.parametrize("thread_ts", ["", "1700000000.000001", "nonsense"])
async def test_a_stream_needs_a_thread(client: AsyncWebClient, start: dict[str, Any], thread_ts: str) -> None:
    assert await refused(client.chat_startStream(**but(start, {"thread_ts": thread_ts}))) == "invalid_thread_ts"


async def test_a_stream_needs_the_bot_in_the_channel(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, start: dict[str, Any]
) -> None:
    sim.remove_bot(channel)
    assert await refused(client.chat_startStream(**start)) == "not_in_channel"
    assert await refused(client.chat_startStream(**but(start, {"channel": "C404"}))) == "channel_not_found"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [{"type": "markdown_text", "text": "x" * 12_001}]}, "msg_too_long"),
        ({"markdown_text": "x", "chunks": []}, "cannot_provide_both_markdown_text_and_chunks"),
        ({"chunks": [{"type": "song"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "x" * 257}]}, "invalid_chunks"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "x", "status": "lost"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "plan_update", "title": "x" * 257}]}, "invalid_chunks"),
    ],
)
async def test_pieces_that_slack_refuses_are_refused_in_every_step(
    sim: SlackSim,
    client: AsyncWebClient,
    channel: Channel,
    start: dict[str, Any],
    live: dict[str, Any],
    content: dict[str, Any],
    error: str,
) -> None:
    assert await refused(client.api_call("chat.startStream", json=start | content)) == error
    assert await refused(client.api_call("chat.appendStream", json=live | content)) == error
    assert await refused(client.api_call("chat.stopStream", json=live | content)) == error
    assert sim.texts(channel) == ["The "]


async def test_an_append_of_nothing_is_refused(client: AsyncWebClient, live: dict[str, Any]) -> None:
    assert await refused(client.api_call("chat.appendStream", json=live)) == "no_text"
    assert await refused(client.chat_appendStream(**live, markdown_text="")) == "no_text"


async def test_a_streamed_message_holds_12000_characters(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, live: dict[str, Any]
) -> None:
    await client.chat_appendStream(**live, markdown_text="x" * 11_996)

    assert await refused(client.chat_appendStream(**live, markdown_text="x")) == "msg_too_long"
    assert len(sim.texts(channel)[0]) == 12_000


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
async def test_a_stream_with_tasks_and_words_holds_fewer_bytes(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, start: dict[str, Any], method: str
) -> None:
    task = {"type": "task_update", "id": "t1", "title": "Think", "details": "想" * 256}
    tasks: list[dict[str, Any]] = [{"type": "task_update", "id": "t1", "title": "Think", "details": "想" * 256}] * 6
    ts = str((await client.chat_startStream(**start, chunks=[task] * 8))["ts"])  # however many they are, without words
    other = str((await client.chat_startStream(**start, chunks=tasks))["ts"])
    words: list[dict[str, Any]] = [{"type": "markdown_text", "text": "字" * 450}]
    call = {"channel": channel.id, "chunks": words}

    assert await refused(client.api_call(method, json=call | {"ts": ts})) == "msg_too_long"
    assert (await client.api_call(method, json=call | {"ts": other}))["ok"]
    assert sim.texts(channel)[-2:] == ["", "字" * 450]


async def test_more_than_50_final_blocks_are_refused(client: AsyncWebClient, live: dict[str, Any]) -> None:
    blocks = [{"type": "divider"}] * 51

    assert await refused(client.chat_stopStream(**live, blocks=blocks)) == "msg_blocks_too_many"
    assert (await client.chat_stopStream(**live, blocks=blocks[:50]))["ok"]


async def test_a_stream_dies_five_minutes_after_its_start_whatever_is_appended(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, clock: Clock, live: dict[str, Any]
) -> None:
    clock.now += 299
    await client.chat_appendStream(**live, markdown_text="end")
    clock.now += 1

    assert await refused(client.chat_appendStream(**live, markdown_text="x")) == "message_not_in_streaming_state"
    assert await refused(client.chat_stopStream(**live)) == "message_not_in_streaming_state"
    assert (await client.chat_update(**live, text="whole answer"))["ok"]
    assert sim.texts(channel) == ["whole answer"]


async def test_the_lifetime_of_streams_can_be_set(
    sim: SlackSim, client: AsyncWebClient, clock: Clock, start: dict[str, Any]
) -> None:
    sim.rules.stream_lifetime = 2
    ts = str((await client.chat_startStream(**start))["ts"])
    clock.now += 2

    assert (
        await refused(client.chat_appendStream(channel=start["channel"], ts=ts, markdown_text="x"))
        == "message_not_in_streaming_state"
    )


async def test_a_live_stream_cannot_be_updated(client: AsyncWebClient, live: dict[str, Any]) -> None:
    assert await refused(client.chat_update(**live, text="x")) == "streaming_state_conflict"
    await client.chat_stopStream(**live)
    assert (await client.chat_update(**live, text="x"))["ok"]


async def test_a_message_that_never_streamed_is_refused(
    client: AsyncWebClient, channel: Channel, root: Message
) -> None:
    ts = str((await client.chat_postMessage(channel=channel.id, text="x"))["ts"])
    append = client.chat_appendStream

    assert await refused(append(channel=channel.id, ts=ts, markdown_text="x")) == "message_not_in_streaming_state"
    assert await refused(append(channel=channel.id, ts=root.ts, markdown_text="x")) == "message_not_owned_by_app"
    assert await refused(append(channel=channel.id, ts="1.2", markdown_text="x")) == "message_not_found"


async def test_a_user_stops_a_stream(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, ann: SlackUser, root: Message, live: dict[str, Any]
) -> None:
    sim.rules.agent_sessions = True
    stopped = await ann.stop(channel, root.ts)

    assert [one.ts for one in stopped] == [live["ts"]]
    assert await refused(client.chat_appendStream(**live, markdown_text="x")) == "stopped_by_user"
    assert await refused(client.chat_stopStream(**live)) == "message_not_in_streaming_state"
    assert (await client.chat_update(**live, text="x"))["ok"]


async def test_an_unknown_team_is_reported(sim: SlackSim, client: AsyncWebClient, start: dict[str, Any]) -> None:
    await client.chat_startStream(**but(start, {"recipient_team_id": "T404"}))

    assert sim.violations == ["unknown recipient_team_id T404"]


async def test_a_reader_who_is_unknown_or_hidden_is_refused(
    sim: SlackSim, client: AsyncWebClient, start: dict[str, Any]
) -> None:
    hidden = sim.user("Guest")
    hidden.person.is_hidden = True
    answers = [
        await refused(client.chat_startStream(**but(start, {"recipient_user_id": user})))
        for user in ("U404", hidden.id)
    ]

    assert answers == ["user_not_found", "user_not_visible"]
