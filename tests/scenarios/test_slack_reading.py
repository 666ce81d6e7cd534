"""What people see in Slack is what the model gets, whoever wrote it and however it stands there."""

from __future__ import annotations

from typing import Any

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.data_types import Channel
from bots.sandbox.slack.persona import SlackPersona
from tests.scenarios.button_steps import AGAIN, SPEAK, offers
from tests.scenarios.conversation_steps import asked, says


def _question(harness: ServiceHarness) -> str:
    """The newest question, as the model read it."""
    return str(asked(harness)[-1][-1]["content"])


def _answer(harness: ServiceHarness, text: str) -> None:
    harness.wanjie.script.answer = lambda _: text


async def _answered(harness: ServiceHarness, channel: Channel, thread: str, text: str) -> str:
    """Wait for an answer in a thread; return the question that the model read."""
    await harness.slack.wait_for(lambda: text in "".join(harness.slack.texts(channel, thread)))
    return _question(harness)


async def test_a_forward_a_table_and_names_reach_the_model(harness: ServiceHarness) -> None:
    persona = harness.direct()
    bob, plans = harness.slack.user("Bob"), harness.slack.channel("plans")
    plan = await bob.say(plans, f"The launch moved to 14 May, <@{persona.user.id}>.")
    _answer(harness, "one")
    await persona.user.forward(plan, persona.channel)
    await says(persona, "one")
    assert _question(harness) == "Forwarded from Bob:\nThe launch moved to 14 May, @Lin."

    _answer(harness, "two")
    await persona.user.paste_table(persona.channel, "the sum?", [["Tea", "3"], ["Cake", "4"]])
    await says(persona, "two")
    assert _question(harness) == "the sum?\n| Tea | 3 |\n| --- | --- |\n| Cake | 4 |"

    _answer(harness, f"Ask @Bob or <@{bob.id}>.")
    await persona.say(f":tada: who is <@{bob.id}> in <#{plans.id}>? `curl <http://www.example.com|www.example.com>`")
    await says(persona, "Ask @Bob")
    assert _question(harness) == ":tada: who is @Bob in #plans? `curl www.example.com`"
    assert f"<@{bob.id}>" not in "".join(persona.answers())


_ALERT: dict[str, Any] = {
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "CPU alert"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*web-1* is at 97%"}},
    ],
    "attachments": [{"title": "Runbook", "text": "Restart it", "fields": [{"title": "Owner", "value": "Bo"}]}],
}


async def test_an_alert_in_a_thread_and_what_was_said_since_reach_the_model(harness: ServiceHarness) -> None:
    channel, lin, bob = harness.slack.channel("ops"), harness.slack.user("Lin"), harness.slack.user("Bob")
    alert = await harness.slack.app("Monitor").post(channel, "CPU…", **_ALERT)
    _answer(harness, "one")
    harness.slack.faults.flood("conversations.replies", retry_after=1)
    await lin.mention(channel, ":wave: what to do?", thread_ts=alert.ts)
    first = await _answered(harness, channel, alert.ts, "one")
    await bob.say(channel, f"<@{lin.id}> I restarted it", thread_ts=alert.ts)
    await bob.say(channel, "<!here> lunch?", thread_ts=alert.ts)
    _answer(harness, "two")
    await lin.mention(channel, "is it fine now?", thread_ts=alert.ts)
    second = await _answered(harness, channel, alert.ts, "two")

    assert "> CPU alert\n> *web-1* is at 97%\n> Runbook\n> Restart it\n> Owner: Bo\n\n:wave: what to do?" in unindented(
        first
    )
    assert second == "Lin: > Bob: @Lin I restarted it\n  > Bob: @here lunch?\n\n  is it fine now?"
    assert len(asked(harness)) == 2


def unindented(question: str) -> str:
    """What was asked in a group, without the blanks before all lines but the first."""
    return question.replace("\n  ", "\n")


async def test_an_unreadable_thread_is_reported_to_the_asker(harness: ServiceHarness) -> None:
    channel, lin = harness.slack.channel("ops"), harness.slack.user("Lin")
    root = await lin.say(channel, "Tea or coffee?")
    _answer(harness, "tea")
    harness.slack.faults.flood("conversations.replies", retry_after=600)
    await lin.mention(channel, "sum up", thread_ts=root.ts)
    question = await _answered(harness, channel, root.ts, "tea")

    assert question == "Lin: sum up"
    assert "I couldn't read this thread" in "".join(harness.slack.texts(channel, root.ts))


async def test_an_unreadable_thread_is_reported_to_the_user_of_a_command(
    harness: ServiceHarness,
) -> None:
    channel, lin = harness.slack.channel("ops"), harness.slack.user("Lin")
    first, second = [await lin.say(channel, text) for text in ("a lighthouse", "a harbour")]
    harness.slack.faults.flood("conversations.replies", retry_after=600)
    await lin.mention(channel, "imagine", thread_ts=first.ts)
    told = await harness.slack.wait_for(lambda: harness.slack.texts(channel, first.ts))
    await lin.mention(channel, "!imagine a cat in a boat", thread_ts=second.ts)
    await harness.slack.wait_for(lambda: harness.slack.texts(channel, second.ts))
    drawn = [call.body["prompt"] for call in harness.wanjie.requests if call.path.endswith("/images/generations")]

    assert "I couldn't read this thread just now, so there is nothing to work on." in told[0]
    assert drawn == ["a cat in a boat"]
    assert "couldn't read" not in "".join(harness.slack.texts(channel, second.ts))


async def test_a_command_without_need_of_the_thread_does_not_wait_for_it(harness: ServiceHarness) -> None:
    channel, lin = harness.slack.channel("ops"), harness.slack.user("Lin")
    root = await lin.say(channel, "Tea or coffee?")
    await lin.mention(channel, "new", thread_ts=root.ts)
    await harness.slack.wait_for(lambda: harness.slack.texts(channel, root.ts))

    assert harness.slack.count("conversations.replies") == 0


async def test_a_visitor_of_a_shared_channel_shares_its_conversation(harness: ServiceHarness) -> None:
    visitor, channel = harness.slack.visitor("Vera"), harness.slack.channel("shared")
    persona = SlackPersona(harness.slack, visitor, channel)
    _answer(harness, "one")
    await persona.say("hello")
    await says(persona, "one")
    await offers(persona, AGAIN, SPEAK)
    _answer(harness, "two")
    await persona.press(AGAIN)
    await says(persona, "two")
    assert [message["content"] for message in asked(harness)[-1][1:]] == ["Vera: hello"]

    _answer(harness, "three")
    await persona.say("and then?")
    await says(persona, "three")
    assert [message["content"] for message in asked(harness)[-1][1:]] == ["Vera: hello", "two", "Vera: and then?"]

    await persona.say("/model kimi-k2")
    await says(persona, "kimi-k2")
    await visitor.command("/model", "", channel)
    await harness.slack.wait_for(lambda: harness.slack.ephemerals(visitor))


async def test_apps_are_answered_only_where_the_operator_allows_it(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    channel = harness.slack.channel("ops")
    workflow, other = harness.slack.app("Standup"), harness.slack.app("Other")
    process = await harness.start(SLACK_ALLOWED_APPS=workflow.app_id)
    await harness.ready()
    _answer(harness, "one")
    await harness.slack.slackbot().say(channel, f"Reminder: {harness.slack.mention} hi")
    await other.post(channel, f"{harness.slack.mention} hi")
    called = await workflow.post(channel, f"{harness.slack.mention} sum up")
    await _answered(harness, channel, called.ts, "one")

    assert [messages[-1]["content"] for messages in asked(harness)] == ["Standup: sum up"]
    await harness.end(process)
    assert harness.logs().count("an app that is not allowed was ignored") == 1
    assert other.bot_id in harness.logs()


async def test_a_reply_below_the_bot_s_own_post_is_answered(harness: ServiceHarness) -> None:
    channel, lin = harness.slack.channel("ops"), harness.slack.user("Lin")
    await lin.command("/imagine", "a lighthouse", channel)
    (picture,) = await harness.slack.wait_for(
        lambda: [one for one in harness.slack.messages(channel) if one.user == harness.slack.bot_user_id], 20
    )
    _answer(harness, "one")
    await lin.say(channel, "who lives there?", thread_ts=picture.ts)
    question = await _answered(harness, channel, picture.ts, "one")

    assert question.endswith("who lives there?")
    assert "a lighthouse" in question
