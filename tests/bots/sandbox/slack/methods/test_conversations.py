"""Channels, threads, people, reactions, statuses and titles of the simulated Slack."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# (slack_sdk is typed in part only, and says that any key of an answer may be None)

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.data_types import Channel, Message
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from tests.bots.sandbox.slack.fixtures import refused
from tests.clock import Clock


@pytest.fixture
def ann(sim: SlackSim) -> SlackUser:
    return sim.user("Ann", "zh-CN")


@pytest.fixture
async def root(ann: SlackUser, channel: Channel) -> Message:
    return await ann.say(channel, "question")


async def test_history_is_newest_first_and_leaves_replies_out(
    client: AsyncWebClient, ann: SlackUser, channel: Channel, root: Message
) -> None:
    await ann.say(channel, "reply", thread_ts=root.ts)
    await ann.say(channel, "second")
    history = await client.conversations_history(channel=channel.id)

    assert [one["text"] for one in history["messages"]] == ["second", "question"]
    assert history["messages"][1]["reply_count"] == 1


async def test_replies_come_in_pages(client: AsyncWebClient, ann: SlackUser, channel: Channel, root: Message) -> None:
    for text in "abc":
        await ann.say(channel, text, thread_ts=root.ts)
    first = await client.conversations_replies(channel=channel.id, ts=root.ts, limit=3)
    cursor = str(first["response_metadata"]["next_cursor"])
    rest = await client.conversations_replies(channel=channel.id, ts=root.ts, limit=3, cursor=cursor)

    assert [one["text"] for one in [*first["messages"], *rest["messages"]]] == ["question", "a", "b", "c"]
    assert (first["has_more"], rest["has_more"]) == (True, False)


async def test_history_can_be_cut_by_time(
    client: AsyncWebClient, ann: SlackUser, channel: Channel, root: Message
) -> None:
    later = await ann.say(channel, "later")
    after = await client.conversations_history(channel=channel.id, oldest=root.ts)
    from_root = await client.conversations_history(channel=channel.id, oldest=root.ts, inclusive=True)
    before = await client.conversations_history(channel=channel.id, latest=later.ts)

    assert [len([*one["messages"]]) for one in (after, from_root, before)] == [1, 2, 1]


async def test_history_of_an_unreadable_channel_is_refused(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, root: Message
) -> None:
    assert await refused(client.conversations_replies(channel=channel.id, ts="1.1")) == "thread_not_found"
    assert await refused(client.conversations_history(channel=channel.id, cursor="!")) == "invalid_cursor"
    assert await refused(client.conversations_history(channel=channel.id, limit=0)) == "invalid_limit"
    assert await refused(client.conversations_info(channel="C404")) == "channel_not_found"
    sim.remove_bot(channel)
    assert await refused(client.conversations_replies(channel=channel.id, ts=root.ts)) == "not_in_channel"


async def test_channels_are_listed_by_type_and_can_be_joined(sim: SlackSim, client: AsyncWebClient) -> None:
    public, private = sim.channel("open", bot_member=False), sim.channel("vip", kind="group")
    names = [
        one["name"] for one in (await client.conversations_list(types="public_channel,private_channel"))["channels"]
    ]
    await client.conversations_join(channel=public.id)

    assert names == ["open", "vip"]
    assert public.bot_member
    assert await refused(client.conversations_join(channel=private.id)) == "method_not_supported_for_channel_type"
    assert await refused(client.conversations_list(types="secret")) == "invalid_types"


async def test_a_direct_conversation_is_opened_once(sim: SlackSim, client: AsyncWebClient, ann: SlackUser) -> None:
    first = await client.conversations_open(users=ann.id)
    second = await client.conversations_open(users=[ann.id], return_im=True)

    assert first["channel"]["id"] == second["channel"]["id"] == sim.im(ann).id
    assert second["channel"]["user"] == ann.id
    assert await refused(client.conversations_open(users="U404")) == "user_not_found"


async def test_the_locale_of_a_user_is_returned_on_request(client: AsyncWebClient, ann: SlackUser) -> None:
    plain = await client.users_info(user=ann.id)
    with_locale = await client.users_info(user=ann.id, include_locale=True)
    everybody = await client.users_list()

    assert "locale" not in {*plain["user"]}
    assert with_locale["user"]["locale"] == "zh-CN"
    assert [one["profile"]["display_name"] for one in everybody["members"]] == ["Wanjie", "Ann"]
    assert await refused(client.users_info(user="U404")) == "user_not_found"


async def test_a_reaction_is_added_once_and_removed_once(
    client: AsyncWebClient, channel: Channel, root: Message
) -> None:
    item: dict[str, Any] = {"channel": channel.id, "timestamp": root.ts}
    await client.reactions_add(name="eyes", **item)

    assert root.reactions["eyes"] != []
    assert await refused(client.reactions_add(name="eyes", **item)) == "already_reacted"
    await client.reactions_remove(name="eyes", **item)
    assert await refused(client.reactions_remove(name="eyes", **item)) == "no_reaction"
    assert await refused(client.reactions_add(name="eyes", channel=channel.id, timestamp="1.1")) == "message_not_found"


async def test_a_status_is_shown_until_the_answer_or_two_minutes(
    sim: SlackSim, client: AsyncWebClient, clock: Clock, channel: Channel, root: Message
) -> None:
    thread: dict[str, Any] = {"channel_id": channel.id, "thread_ts": root.ts}
    await client.assistant_threads_setStatus(status="is thinking…", loading_messages=["one"], **thread)
    assert sim.status(channel, root.ts) == "is thinking…"
    await client.chat_postMessage(channel=channel.id, thread_ts=root.ts, text="answer")
    assert sim.status(channel, root.ts) == ""
    await client.assistant_threads_setStatus(status="again", **thread)
    clock.now += 121
    assert sim.status(channel, root.ts) == ""
    assert [one.text for one in sim.statuses] == ["is thinking…", "", "again"]


async def test_a_status_outside_a_thread_or_with_long_messages_is_refused(
    client: AsyncWebClient, channel: Channel, root: Message
) -> None:
    set_status = client.assistant_threads_setStatus

    assert await refused(set_status(channel_id=channel.id, thread_ts="1.1", status="x")) == "invalid_thread_ts"
    assert (
        await refused(set_status(channel_id=channel.id, thread_ts=root.ts, status="x", loading_messages=["x" * 51]))
        == "invalid_arguments"
    )


async def test_suggested_prompts_and_titles_are_stored(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, root: Message
) -> None:
    prompt = {"title": "Hi", "message": "Say hi"}
    suggested = client.assistant_threads_setSuggestedPrompts(channel_id=channel.id, prompts=[prompt])
    assert await refused(suggested) == "missing_scope"
    sim.scopes.add("assistant:write")  # the app is declared as an agent, but the workspace has none
    suggested = client.assistant_threads_setSuggestedPrompts(channel_id=channel.id, prompts=[prompt])
    assert await refused(suggested) == "not_agent_app"
    sim.rules.agent_sessions = True
    await client.assistant_threads_setSuggestedPrompts(channel_id=channel.id, prompts=[prompt])
    await client.assistant_threads_setTitle(channel_id=channel.id, thread_ts=root.ts, title="A talk")
    too_many = client.assistant_threads_setSuggestedPrompts(channel_id=channel.id, prompts=[prompt] * 5)

    assert sim.assistant.prompts[channel.id] == [prompt]
    assert sim.assistant.titles[channel.id, root.ts] == "A talk"
    assert await refused(too_many) == "invalid_arguments"


async def test_sessions_belong_to_agents_only(
    sim: SlackSim, client: AsyncWebClient, channel: Channel, root: Message
) -> None:
    thread: dict[str, Any] = {"channel_id": channel.id, "thread_ts": root.ts}
    assert await refused(client.agents_sessions_setStatus(status="processing", **thread)) == "not_authorized"
    sim.rules.agent_sessions = True
    assert await refused(client.agents_sessions_rename(title="x", **thread)) == "session_not_found"
    assert await refused(client.agents_sessions_setStatus(status="bored", **thread)) == "invalid_status"
    assert (
        await refused(client.agents_sessions_setStatus(status="active", channel_id=channel.id)) == "thread_ts_required"
    )
    await client.agents_sessions_setStatus(status="processing", title="First", **thread)
    await client.agents_sessions_rename(title="Second", **thread)
    assert sim.assistant.sessions[channel.id, root.ts] == "processing"
    assert sim.assistant.titles[channel.id, root.ts] == "Second"
