"""What people and other apps do in the simulated Slack reaches the bot in the forms that the real one has."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (slack_sdk is typed in part only)

from __future__ import annotations

from typing import Any

from bots.sandbox.slack.simulator import SlackSim
from tests.bots.sandbox.slack.fixtures import refused, web_client
from tests.bots.sandbox.slack.socket_connection import Line


async def _event(line: Line) -> dict[str, Any]:
    return (await line.receive())["payload"]["event"]


async def test_a_forward_without_a_comment_has_no_text(sim: SlackSim, line: Line) -> None:
    ann, bob, channel = sim.user("Ann"), sim.user("Bob"), sim.channel("general")
    original = await bob.say(channel, "14 May", files=[bob.file("a.txt", b"a")])
    await line.receive()
    await ann.forward(original, channel)
    event = await _event(line)
    (shared,) = event["attachments"]

    assert event["text"] == ""
    assert (shared["is_share"], shared["author_name"], shared["text"]) == (True, "Bob", "14 May")
    assert shared["files"][0]["name"] == "a.txt"
    assert shared["message_blocks"][0]["message"]["blocks"][0]["type"] == "rich_text"


async def test_a_pasted_table_is_an_attachment_without_a_preview(sim: SlackSim, line: Line) -> None:
    await sim.user("Ann").paste_table(sim.channel("general"), "", [["a", "b"]])
    (pasted,) = (await _event(line))["attachments"]

    assert pasted["fallback"] == "[no preview available]"
    assert pasted["blocks"][0]["rows"] == [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]]


async def test_actions_of_a_visitor_have_the_visitor_s_workspace(sim: SlackSim, line: Line) -> None:
    vera, channel = sim.visitor("Vera"), sim.channel("shared")
    await vera.say(channel, "hi")
    payload = (await line.receive())["payload"]
    await vera.command("/model", "", channel)
    command = (await line.receive())["payload"]
    theirs = vera.person.team

    assert theirs not in {"", sim.team_id}
    assert (payload["team_id"], payload["event"]["user_team"], command["team_id"]) == (theirs, theirs, theirs)
    assert (payload["context_team_id"], payload["authorizations"][0]["team_id"]) == (sim.team_id, sim.team_id)
    assert payload["is_ext_shared_channel"]


async def test_a_workflow_has_no_user_and_what_an_app_posts_for_somebody_has_both(sim: SlackSim, line: Line) -> None:
    ann, app, channel = sim.user("Ann"), sim.app("Standup"), sim.channel("general")
    await app.post(channel, "hi")
    await app.post(channel, "hi", in_name_of=ann)
    workflow, posted = await _event(line), await _event(line)

    assert "user" not in workflow
    assert (workflow["subtype"], workflow["username"], workflow["bot_id"]) == ("bot_message", "Standup", app.bot_id)
    assert (posted["user"], posted["app_id"], "subtype" in posted) == (ann.id, app.app_id, False)


async def test_slackbot_and_slash_me(sim: SlackSim, line: Line) -> None:
    channel = sim.channel("general")
    await sim.slackbot().say(channel, "Reminder: tea")
    await sim.user("Ann").narrate(channel, "waves")
    reminder, wave = await _event(line), await _event(line)

    assert (reminder["user"], "bot_id" in reminder) == ("USLACKBOT", False)
    assert (wave["subtype"], "blocks" in wave) == ("me_message", False)


async def test_a_deleted_message_with_replies_becomes_a_tombstone(sim: SlackSim, line: Line) -> None:
    ann, channel = sim.user("Ann"), sim.channel("general")
    root = await ann.say(channel, "question")
    reply = await ann.say(channel, "reply", thread_ts=root.ts)
    await ann.delete(root)
    await ann.delete(reply)
    _, _, buried, gone = [await _event(line) for _ in range(4)]

    assert (buried["subtype"], buried["message"]["subtype"]) == ("message_changed", "tombstone")
    assert (buried["message"]["user"], buried["previous_message"]["text"]) == ("USLACKBOT", "question")
    assert (gone["subtype"], gone["deleted_ts"]) == ("message_deleted", reply.ts)


async def test_a_reply_below_a_deleted_message_is_outside_all_threads(sim: SlackSim) -> None:
    ann, channel = sim.user("Ann"), sim.channel("general")
    root = await ann.say(channel, "question")
    await ann.delete(root)
    async with web_client(sim) as client:
        answer = await client.chat_postMessage(channel=channel.id, thread_ts=root.ts, text="late")
        stream = await refused(client.chat_startStream(channel=channel.id, thread_ts=root.ts))

    posted: dict[str, Any] = answer["message"] or {}
    assert "thread_ts" not in posted
    assert stream == "invalid_thread_ts"
    assert [message.root for message in sim.messages(channel)] == [answer["ts"]]
