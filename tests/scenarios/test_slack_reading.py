"""What people see in Slack is what the model gets, whoever wrote it and however it stands there."""

from __future__ import annotations

from typing import Any

from bots.sandbox.harness import Stage
from bots.sandbox.slack.persona import SlackSeat
from bots.sandbox.slack.state import Channel
from tests.scenarios.pressing import AGAIN, SPEAK, offers
from tests.scenarios.saying import asked, says


def _question(stage: Stage) -> str:
    """The newest question, as the model read it."""
    return str(asked(stage)[-1][-1]["content"])


def _answer(stage: Stage, text: str) -> None:
    stage.wanjie.script.answer = lambda _: text


async def _answered(stage: Stage, channel: Channel, thread: str, text: str) -> str:
    """Wait for an answer in a thread; return the question that the model read."""
    await stage.slack.wait_for(lambda: text in "".join(stage.slack.texts(channel, thread)), 20)
    return _question(stage)


async def test_a_forward_a_table_and_names_reach_the_model(stage: Stage) -> None:
    seat = stage.direct()
    bob, plans = stage.slack.user("Bob"), stage.slack.channel("plans")
    plan = await bob.say(plans, f"The launch moved to 14 May, <@{seat.user.id}>.")
    _answer(stage, "one")
    await seat.user.forward(plan, seat.channel)
    await says(seat, "one")
    assert _question(stage) == "Forwarded from Bob:\nThe launch moved to 14 May, @Lin."

    _answer(stage, "two")
    await seat.user.paste_table(seat.channel, "the sum?", [["Tea", "3"], ["Cake", "4"]])
    await says(seat, "two")
    assert _question(stage) == "the sum?\n| Tea | 3 |\n| --- | --- |\n| Cake | 4 |"

    _answer(stage, f"Ask @Bob or <@{bob.id}>.")
    await seat.say(f":tada: who is <@{bob.id}> in <#{plans.id}>? `curl <http://www.example.com|www.example.com>`")
    await says(seat, "Ask @Bob")
    assert _question(stage) == ":tada: who is @Bob in #plans? `curl www.example.com`"
    assert f"<@{bob.id}>" not in "".join(seat.answers())


_ALERT: dict[str, Any] = {
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "CPU alert"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*web-1* is at 97%"}},
    ],
    "attachments": [{"title": "Runbook", "text": "Restart it", "fields": [{"title": "Owner", "value": "Bo"}]}],
}


async def test_an_alert_in_a_thread_and_what_was_said_since_reach_the_model(stage: Stage) -> None:
    channel, lin, bob = stage.slack.channel("ops"), stage.slack.user("Lin"), stage.slack.user("Bob")
    alert = await stage.slack.app("Monitor").post(channel, "CPU…", **_ALERT)
    _answer(stage, "one")
    stage.slack.faults.flood("conversations.replies", retry_after=1)
    await lin.mention(channel, ":wave: what to do?", thread_ts=alert.ts)
    first = await _answered(stage, channel, alert.ts, "one")
    await bob.say(channel, f"<@{lin.id}> I restarted it", thread_ts=alert.ts)
    await bob.say(channel, "<!here> lunch?", thread_ts=alert.ts)
    _answer(stage, "two")
    await lin.mention(channel, "is it fine now?", thread_ts=alert.ts)
    second = await _answered(stage, channel, alert.ts, "two")

    assert "> CPU alert\n> *web-1* is at 97%\n> Runbook\n> Restart it\n> Owner: Bo\n\n:wave: what to do?" in first
    assert second == "Lin: > Bob: @Lin I restarted it\n> Bob: @here lunch?\n\nis it fine now?"
    assert len(asked(stage)) == 2


async def test_a_thread_that_slack_does_not_tell_is_told_to_whoever_asks(stage: Stage) -> None:
    channel, lin = stage.slack.channel("ops"), stage.slack.user("Lin")
    root = await lin.say(channel, "Tea or coffee?")
    _answer(stage, "tea")
    stage.slack.faults.flood("conversations.replies", retry_after=600)
    await lin.mention(channel, "sum up", thread_ts=root.ts)
    question = await _answered(stage, channel, root.ts, "tea")

    assert question == "Lin: sum up"
    assert "I couldn't read this thread" in "".join(stage.slack.texts(channel, root.ts))


async def test_a_thread_that_slack_does_not_tell_is_told_to_whoever_uses_a_command_on_it(stage: Stage) -> None:
    channel, lin = stage.slack.channel("ops"), stage.slack.user("Lin")
    first, second = [await lin.say(channel, text) for text in ("a lighthouse", "a harbour")]
    stage.slack.faults.flood("conversations.replies", retry_after=600)
    await lin.mention(channel, "imagine", thread_ts=first.ts)
    told = await stage.slack.wait_for(lambda: stage.slack.texts(channel, first.ts), 30)
    await lin.mention(channel, "!imagine a cat in a boat", thread_ts=second.ts)
    await stage.slack.wait_for(lambda: stage.slack.texts(channel, second.ts), 30)
    drawn = [call.body["prompt"] for call in stage.wanjie.requests if call.path.endswith("/images/generations")]

    assert "I couldn't read this thread just now, so there is nothing to work on." in told[0]
    assert drawn == ["a cat in a boat"]
    assert "couldn't read" not in "".join(stage.slack.texts(channel, second.ts))


async def test_a_command_that_needs_nothing_of_a_thread_does_not_wait_for_it(stage: Stage) -> None:
    channel, lin = stage.slack.channel("ops"), stage.slack.user("Lin")
    root = await lin.say(channel, "Tea or coffee?")
    await lin.mention(channel, "new", thread_ts=root.ts)
    await stage.slack.wait_for(lambda: stage.slack.texts(channel, root.ts))

    assert stage.slack.count("conversations.replies") == 0


async def test_a_visitor_of_a_shared_channel_has_the_conversation_of_all(stage: Stage) -> None:
    visitor, channel = stage.slack.visitor("Vera"), stage.slack.channel("shared")
    seat = SlackSeat(stage.slack, visitor, channel)
    _answer(stage, "one")
    await seat.say("hello")
    await says(seat, "one")
    await offers(seat, AGAIN, SPEAK)
    _answer(stage, "two")
    await seat.press(AGAIN)
    await says(seat, "two")
    assert [message["content"] for message in asked(stage)[-1][1:]] == ["Vera: hello"]

    _answer(stage, "three")
    await seat.say("and then?")
    await says(seat, "three")
    assert [message["content"] for message in asked(stage)[-1][1:]] == ["Vera: hello", "two", "Vera: and then?"]

    await seat.say("/model kimi-k2")
    await says(seat, "kimi-k2")
    await visitor.command("/model", "", channel)
    await stage.slack.wait_for(lambda: stage.slack.ephemerals(visitor))


async def test_apps_and_slackbot_are_answered_only_where_the_operator_says_so(empty_stage: Stage) -> None:
    stage = empty_stage
    channel = stage.slack.channel("ops")
    workflow, other = stage.slack.app("Standup"), stage.slack.app("Other")
    process = await stage.start(SLACK_ALLOWED_APPS=workflow.app_id)
    await stage.ready()
    _answer(stage, "one")
    await stage.slack.slackbot().say(channel, f"Reminder: {stage.slack.mention} hi")
    await other.post(channel, f"{stage.slack.mention} hi")
    called = await workflow.post(channel, f"{stage.slack.mention} sum up")
    await _answered(stage, channel, called.ts, "one")

    assert [messages[-1]["content"] for messages in asked(stage)] == ["Standup: sum up"]
    await stage.end(process)
    assert stage.logs().count("an app that is not allowed was ignored") == 1
    assert other.bot_id in stage.logs()


async def test_a_reply_beneath_the_bot_s_own_post_is_for_it(stage: Stage) -> None:
    channel, lin = stage.slack.channel("ops"), stage.slack.user("Lin")
    await lin.command("/imagine", "a lighthouse", channel)
    (picture,) = await stage.slack.wait_for(
        lambda: [one for one in stage.slack.messages(channel) if one.user == stage.slack.bot_user_id], 20
    )
    _answer(stage, "one")
    await lin.say(channel, "who lives there?", thread_ts=picture.ts)
    question = await _answered(stage, channel, picture.ts, "one")

    assert question.endswith("who lives there?")
    assert "a lighthouse" in question
