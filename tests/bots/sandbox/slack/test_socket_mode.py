"""Socket Mode of the simulated Slack: events to a bolt app, acknowledgements, redelivery, reconnection."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# (slack_sdk and slack_bolt are typed in part only; any key of an answer may be None)

from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from bots.sandbox.slack.simulator import SlackSim
from tests.bots.sandbox.slack.fixtures import APP_TOKEN, bolt, simulator, web_client
from tests.bots.sandbox.slack.socket_connection import Line


@pytest.fixture
async def sim() -> AsyncGenerator[SlackSim, None]:
    async with simulator() as sim:
        yield sim


class Listener:
    """A bolt app that writes down every event."""

    def __init__(self, app: AsyncApp) -> None:
        self.events: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.app = app
        app.event("message")(self.hear)
        app.event("app_mention")(self.hear)
        app.event("member_joined_channel")(self.hear)

    async def hear(self, body: dict[str, Any]) -> None:
        self.events.append(body["event"])
        self.ids.append(body["event_id"])


@pytest.fixture
async def listener(sim: SlackSim) -> AsyncGenerator[Listener, None]:
    async with web_client(sim) as client:
        yield Listener(AsyncApp(client=client))


async def test_a_mention_is_sent_as_two_events_of_one_post(sim: SlackSim, listener: Listener) -> None:
    sim.announcer.subscriptions.add("app_mention")
    channel = sim.channel("general")
    async with bolt(sim, listener.app):
        said = await sim.user("Ann").mention(channel, "hi & <b>")
        await sim.wait_for(lambda: len(sim.acks) == 2)

    assert sorted(event["type"] for event in listener.events) == ["app_mention", "message"]
    assert len(set(listener.ids)) == 2
    assert {(event["ts"], event["client_msg_id"]) for event in listener.events} == {(said.ts, said.client_msg_id)}
    assert {event["text"] for event in listener.events} == {f"{sim.mention} hi &amp; &lt;b&gt;"}
    assert [event.get("channel_type") for event in listener.events if event["type"] == "message"] == ["channel"]
    assert said.shown == f"{sim.mention} hi & <b>"


async def test_only_the_message_event_of_a_mention_has_the_files(sim: SlackSim, line: Line) -> None:
    sim.announcer.subscriptions.add("app_mention")
    ann = sim.user("Ann")
    sim.rules.mention_first = True
    files = [ann.file("a.png", b"...", mimetype="image/png")]
    await ann.say(sim.channel("general"), f"{sim.mention} what is it?", files=files)
    mention, message = [(await line.receive())["payload"]["event"] for _ in range(2)]

    assert (mention["type"], message["type"]) == ("app_mention", "message")
    assert {"files", "subtype"} <= message.keys() - mention.keys()


async def test_a_direct_message_is_one_event_even_with_a_mention(sim: SlackSim, listener: Listener) -> None:
    ann = sim.user("Ann")
    async with bolt(sim, listener.app):
        await ann.mention(sim.im(ann), "hi")
        await sim.wait_for(lambda: sim.acks)

    assert [event["channel_type"] for event in listener.events] == ["im"]


async def test_a_reply_names_its_thread(sim: SlackSim, listener: Listener) -> None:
    channel, ann, bob = sim.channel("general"), sim.user("Ann"), sim.user("Bob")
    async with bolt(sim, listener.app):
        root = await ann.say(channel, "question")
        await bob.say(channel, "me too", thread_ts=root.ts)
        await sim.wait_for(lambda: len(sim.acks) == 2)

    assert (listener.events[1]["thread_ts"], listener.events[1]["parent_user_id"]) == (root.ts, ann.id)


async def test_own_posts_are_sent_with_the_bot_id_and_updates_as_message_changed(sim: SlackSim, line: Line) -> None:
    channel = sim.channel("general")
    async with web_client(sim) as client:
        ts = (await client.chat_postMessage(channel=channel.id, text="a"))["ts"]
        await client.chat_update(channel=channel.id, ts=str(ts), text="b")
    posted, updated = [(await line.receive())["payload"]["event"] for _ in range(2)]

    assert (posted["bot_id"], posted["user"]) == (sim.workspace.bot_id, sim.bot_user_id)
    assert (updated["subtype"], updated["message"]["text"], updated["previous_message"]["text"]) == (
        "message_changed",
        "b",
        "a",
    )


async def test_a_bot_outside_the_channel_gets_no_events(sim: SlackSim, listener: Listener) -> None:
    away, here, ann = sim.channel("away", bot_member=False), sim.channel("here"), sim.user("Ann")
    async with bolt(sim, listener.app):
        await ann.mention(away, "hello?")
        await ann.say(here, "hello")
        sim.remove_bot(here)
        await ann.say(here, "still there?")
        await ann.say(sim.im(ann), "last")
        await sim.wait_for(lambda: len(sim.acks) == 2)

    assert [event["text"] for event in listener.events] == ["hello", "last"]


async def test_only_subscribed_events_are_sent(sim: SlackSim, line: Line) -> None:
    ann = sim.user("Ann")
    said = await ann.say(sim.channel("general"), "hi")
    await ann.react(said, "eyes")
    sim.announcer.subscriptions.discard("app_home_opened")
    await ann.open_app("home")
    sim.announcer.subscriptions.add("reaction_added")
    await ann.react(said, "tada")
    types = [(await line.receive())["payload"]["event"]["type"] for _ in range(2)]

    assert types == ["message", "reaction_added"]


async def test_a_stopped_session_names_the_streams_that_slack_ended(sim: SlackSim, line: Line) -> None:
    sim.rules.agent_sessions = True
    ann = sim.user("Ann")
    said = await ann.say(sim.im(ann), "speak")
    async with web_client(sim) as client:
        started = await client.chat_startStream(channel=said.channel, thread_ts=said.ts, markdown_text="we")
    await ann.stop(sim.im(ann), said.ts)
    events = [(await line.receive())["payload"]["event"] for _ in range(3)]

    assert events[2]["type"] == "agent_session_stopped"
    assert (events[2]["streaming_message_ts"], events[2]["user"]) == ([started["ts"]], ann.id)


async def test_an_unacknowledged_event_is_sent_again_unchanged(sim: SlackSim, line: Line) -> None:
    sim.socket.ack_within, sim.socket.retry_delays = 0.05, (0.0, 0.0, 0.0)
    await sim.user("Ann").say(sim.channel("general"), "hi")
    frames = [await line.receive() for _ in range(4)]
    await sim.wait_for(lambda: sim.socket.undelivered)

    assert len({frame["envelope_id"] for frame in frames}) == 1
    assert len({frame["payload"]["event_id"] for frame in frames}) == 1
    assert [frame.get("retry_attempt") for frame in frames] == [None, 1, 2, 3]
    assert [frame.get("retry_reason") for frame in frames] == [None, "timeout", "timeout", "timeout"]


async def test_an_acknowledged_event_is_not_sent_again(sim: SlackSim, line: Line) -> None:
    sim.socket.ack_within, sim.socket.retry_delays = 0.05, (0.0,)
    ann, channel = sim.user("Ann"), sim.channel("general")
    await ann.say(channel, "one")
    frame = await line.receive()
    await line.receive()
    await line.ack(frame["envelope_id"])
    await sim.wait_for(lambda: sim.acks)
    await ann.say(channel, "two")
    following = await line.receive()

    assert following["payload"]["event"]["text"] == "two"
    assert (sim.acks[0].attempt, sim.acks[0].type) == (1, "events_api")


async def test_an_event_of_a_dead_process_goes_to_the_next_connection(
    sim: SlackSim, line: Line, session: aiohttp.ClientSession
) -> None:
    await sim.user("Ann").say(sim.channel("general"), "hi")
    first = await line.receive()
    sim.drop_connections()
    successor = Line(sim, session)
    hello = await successor.connect()
    again = await successor.receive()

    assert hello["type"] == "hello"
    assert (again["envelope_id"], again["retry_attempt"]) == (first["envelope_id"], 1)
    assert again["retry_reason"] == "connection_failed"


async def test_events_without_a_connection_wait_for_one(sim: SlackSim, listener: Listener) -> None:
    channel, ann = sim.channel("general"), sim.user("Ann")
    await ann.say(channel, "anybody?")
    async with bolt(sim, listener.app):
        await sim.wait_for(lambda: sim.acks)

    assert [event["text"] for event in listener.events] == ["anybody?"]
    assert sim.acks[0].attempt == 0


async def test_each_payload_goes_to_one_of_several_connections(
    sim: SlackSim, line: Line, session: aiohttp.ClientSession
) -> None:
    second = Line(sim, session)
    assert (await second.connect())["num_connections"] == 2
    channel, ann = sim.channel("general"), sim.user("Ann")
    for text in ("a", "b"):
        await ann.say(channel, text)
    frames = [await line.receive(), await second.receive()]

    assert sorted(frame["payload"]["event"]["text"] for frame in frames) == ["a", "b"]


async def test_an_eleventh_connection_is_refused(sim: SlackSim, session: aiohttp.ClientSession) -> None:
    lines = [Line(sim, session) for _ in range(11)]
    frames = [await line.connect() for line in lines]

    assert [frame["type"] for frame in frames] == ["hello"] * 10 + ["disconnect"]
    assert frames[-1]["reason"] == "too_many_websockets"


async def test_a_connection_url_works_once(sim: SlackSim, session: aiohttp.ClientSession) -> None:
    async with web_client(sim) as client:
        url = str((await client.apps_connections_open(app_token=APP_TOKEN))["url"])
    await session.ws_connect(url)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(url)


async def test_bolt_reconnects_when_asked_to(sim: SlackSim, listener: Listener) -> None:
    channel, ann = sim.channel("general"), sim.user("Ann")
    async with bolt(sim, listener.app):
        await sim.disconnect("refresh_requested")
        await sim.wait_for(lambda: sim.count("apps.connections.open") == 2 and sim.socket.connections == 1)
        await ann.say(channel, "back?")
        await sim.wait_for(lambda: sim.acks)

    assert [event["text"] for event in listener.events] == ["back?"]


async def test_bolt_reconnects_after_a_lost_connection(sim: SlackSim, listener: Listener) -> None:
    channel, ann = sim.channel("general"), sim.user("Ann")
    async with bolt(sim, listener.app):
        sim.drop_connections()
        await ann.say(channel, "back?")
        await sim.wait_for(lambda: sim.acks)

    assert [event["text"] for event in listener.events] == ["back?"]


async def test_an_unknown_acknowledgement_is_reported(sim: SlackSim, line: Line) -> None:
    await line.ack("nobody")
    await sim.wait_for(lambda: sim.violations)

    assert "nobody" in sim.violations[0]


async def test_a_bolt_app_streams_an_answer(sim: SlackSim, listener: Listener) -> None:
    sim.announcer.subscriptions.add("app_mention")
    channel, ann = sim.channel("general"), sim.user("Ann")

    async def answer(event: dict[str, Any], say_stream: Any) -> None:  # noqa: ANN401 -- bolt injects by name
        stream = await say_stream(buffer_size=1, thread_ts=event["ts"])
        await stream.append(markdown_text="an ")
        await stream.append(markdown_text="answer")
        await stream.stop()

    async with web_client(sim) as client:
        app = AsyncApp(client=client)
        app.event("app_mention")(answer)
        app.event("message")(listener.hear)
        async with bolt(sim, app):
            root = await ann.mention(channel, "speak")
            await sim.wait_for(lambda: sim.count("chat.stopStream"))

    assert sim.texts(channel, root.ts) == ["an answer"]
    assert sim.violations == []


async def test_joining_users_are_sent_to_an_app_with_scope_and_subscription(sim: SlackSim, listener: Listener) -> None:
    ann, channels = sim.user("Ann"), [sim.channel(name, bot_member=False) for name in "abc"]
    async with bolt(sim, listener.app):
        sim.add_bot(channels[0], ann)
        sim.scopes.discard("channels:read")
        sim.add_bot(channels[1], ann)
        sim.scopes.add("channels:read")
        sim.announcer.subscriptions.discard("member_joined_channel")
        sim.add_bot(channels[2], ann)
        # One event and three messages that say so, which Bolt keeps from its listeners.
        await sim.wait_for(lambda: len(sim.acks) == 4)

    assert [(event["type"], event["user"], event["channel"], event["inviter"]) for event in listener.events] == [
        ("member_joined_channel", sim.bot_user_id, channels[0].id, ann.id)
    ]
