"""Posting, changing and deleting messages in the simulated Slack, and what is refused."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# (slack_sdk is typed in part only, and says that any key of an answer may be None)

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.data_types import Channel
from bots.sandbox.slack.simulator import SlackSim
from tests.bots.sandbox.slack.fixtures import refused, simulator

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}


@pytest.fixture
async def sim() -> AsyncGenerator[SlackSim, None]:
    async with simulator() as sim:
        sim.limits.enabled = False
        yield sim


async def test_a_post_has_a_ts_that_grows(client: AsyncWebClient, channel: Channel) -> None:
    stamps = [str((await client.chat_postMessage(channel=channel.id, text="hi"))["ts"]) for _ in range(20)]

    assert stamps == sorted(set(stamps))
    assert all(len(ts) == len("1700000000.000100") for ts in stamps)


async def test_markdown_and_blocks_are_shown_instead_of_the_text(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    await client.chat_postMessage(channel=channel.id, text="plain")
    await client.chat_postMessage(channel=channel.id, markdown_text="**bold**")
    await client.chat_postMessage(
        channel=channel.id, text="notification", blocks=[{"type": "markdown", "text": "# answer"}]
    )

    assert sim.texts(channel) == ["plain", "**bold**", "# answer"]
    assert sim.violations == []


async def test_a_reply_stands_in_its_thread(sim: SlackSim, client: AsyncWebClient, channel: Channel) -> None:
    root = await sim.user("Ann").say(channel, "question")
    await client.chat_postMessage(channel=channel.id, text="answer", thread_ts=root.ts)
    await client.chat_postMessage(channel=channel.id, text="elsewhere")

    assert sim.texts(channel, root.ts) == ["answer"]
    assert [one.text for one in sim.messages(channel, root.ts)] == ["question", "answer"]


async def test_a_thread_ts_of_a_reply_is_reported(sim: SlackSim, client: AsyncWebClient, channel: Channel) -> None:
    root = await sim.user("Ann").say(channel, "question")
    reply = await client.chat_postMessage(channel=channel.id, text="answer", thread_ts=root.ts)
    await client.chat_postMessage(channel=channel.id, text="more", thread_ts=reply["ts"])

    assert len(sim.violations) == 1
    assert sim.texts(channel, root.ts) == ["answer", "more"]
    assert await refused(client.chat_postMessage(channel=channel.id, text="x", thread_ts="17")) == "invalid_thread_ts"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"markdown_text": "x", "blocks": [SECTION]}, "markdown_text_conflict"),
        ({"text": ""}, "no_text"),
        ({"text": "x", "blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": "not json"}, "invalid_blocks_format"),
        (
            {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]},
            "invalid_blocks",
        ),
        ({"text": "x", "blocks": [{"type": "marquee"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "markdown", "text": "x" * 6001}] * 2}, "msg_blocks_too_long"),
        ({"text": "x", "blocks": [{"type": "image", "image_url": "http://x"}]}, "invalid_blocks"),
        (
            {"text": "x", "blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}]},
            "invalid_blocks",
        ),
    ],
)
async def test_content_that_slack_refuses_is_refused_in_posts_and_updates(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, content: dict[str, Any], error: str
) -> None:
    posted = await client.chat_postMessage(channel=channel.id, text="first")

    content = {"channel": channel.id, **content}

    assert await refused(client.api_call("chat.postMessage", json=content)) == error
    assert await refused(client.api_call("chat.update", json=content | {"ts": posted["ts"]})) == error
    assert sim.texts(channel) == ["first"]


async def test_a_refusal_names_the_block(client: AsyncWebClient, channel: Channel) -> None:
    actions = {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}]}
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=channel.id, text="x", blocks=[SECTION, actions])

    [message] = caught.value.response["response_metadata"]["messages"]
    assert message == "[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]"


async def test_a_post_of_40000_characters_is_cut_with_a_warning(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    answer = await client.chat_postMessage(channel=channel.id, text="x" * 40_001)

    assert answer["warning"] == "message_truncated"
    assert len(sim.texts(channel)[0]) == 40_000


async def test_an_update_of_4001_characters_is_refused(client: AsyncWebClient, channel: Channel) -> None:
    ts = str((await client.chat_postMessage(channel=channel.id, text="x" * 4001))["ts"])

    assert await refused(client.chat_update(channel=channel.id, ts=ts, text="x" * 4001)) == "msg_too_long"
    assert (await client.chat_update(channel=channel.id, ts=ts, text="x" * 4000))["ok"]


async def test_an_update_with_text_alone_removes_the_blocks(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    ts = str((await client.chat_postMessage(channel=channel.id, text="n", blocks=[SECTION]))["ts"])
    await client.chat_update(channel=channel.id, ts=ts, text="now")

    assert sim.texts(channel) == ["now"]
    assert sim.messages(channel)[0].history == ["hi"]
    assert [sight.what for sight in sim.timeline(channel)] == ["posted", "updated"]


async def test_only_own_messages_can_be_changed_or_deleted(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    said = await sim.user("Ann").say(channel, "mine")
    ts = str((await client.chat_postMessage(channel=channel.id, text="own"))["ts"])

    assert await refused(client.chat_update(channel=channel.id, ts=said.ts, text="x")) == "cant_update_message"
    assert await refused(client.chat_delete(channel=channel.id, ts=said.ts)) == "cant_delete_message"
    await client.chat_delete(channel=channel.id, ts=ts)
    assert await refused(client.chat_update(channel=channel.id, ts=ts, text="x")) == "message_not_found"
    assert sim.texts(channel) == []


async def test_a_channel_out_of_reach_is_refused(sim: SlackSim, client: AsyncWebClient, channel: Channel) -> None:
    elsewhere, secret = sim.channel("other", bot_member=False), sim.channel("vip", kind="group", bot_member=False)

    assert await refused(client.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
    assert await refused(client.chat_postMessage(channel=elsewhere.id, text="x")) == "not_in_channel"
    assert await refused(client.chat_postMessage(channel=secret.id, text="x")) == "channel_not_found"
    sim.archive(channel)
    assert await refused(client.chat_postMessage(channel=channel.id, text="x")) == "is_archived"
    sim.remove_bot(channel)
    assert await refused(client.chat_postMessage(channel=channel.id, text="x")) == "not_in_channel"


async def test_a_user_id_stands_for_the_direct_conversation(sim: SlackSim, client: AsyncWebClient) -> None:
    ann = sim.user("Ann")
    answer = await client.chat_postMessage(channel=ann.id, text="psst")

    assert answer["channel"] == sim.im(ann).id
    assert sim.texts(sim.im(ann)) == ["psst"]


async def test_an_ephemeral_message_is_seen_by_one_and_cannot_be_updated(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    ann, bob = sim.user("Ann"), sim.user("Bob")
    await ann.say(channel, "hello")
    ts = str((await client.chat_postEphemeral(channel=channel.id, user=ann.id, text="only you"))["message_ts"])

    assert [one.shown for one in sim.ephemerals(ann)] == ["only you"]
    assert (len(ann.sees(channel)), len(bob.sees(channel))) == (2, 1)
    assert sim.texts(channel) == []
    assert await refused(client.chat_update(channel=channel.id, ts=ts, text="x")) == "message_not_found"
    assert await refused(client.chat_postEphemeral(channel=channel.id, user=bob.id, text="x")) == "user_not_in_channel"


async def test_metadata_finds_a_post_again(sim: SlackSim, client: AsyncWebClient, channel: Channel) -> None:
    root = await sim.user("Ann").say(channel, "question")
    metadata = {"event_type": "answer", "event_payload": {"id": "7"}}
    await client.chat_postMessage(channel=channel.id, text="a", thread_ts=root.ts, metadata=metadata)
    thread = await client.conversations_replies(channel=channel.id, ts=root.ts, include_all_metadata=True)

    assert [one.get("metadata") for one in thread["messages"]] == [None, metadata]
