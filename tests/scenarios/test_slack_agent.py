"""What Slack shows of an agent, and that the bot goes without it where a workspace has no agents."""

from __future__ import annotations

import pytest

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.conversation_steps import beginning, echo, last_asked, says, words

_PROMPTS, _RENAME = "assistant.threads.setSuggestedPrompts", "agents.sessions.rename"


def calls(harness: ServiceHarness, method: str) -> int:
    return sum(call.method == method for call in harness.slack.calls)


async def test_the_empty_tab_offers_questions_and_a_session_is_named_after_its_question(
    empty_harness: ServiceHarness,
) -> None:
    harness = empty_harness
    harness.slack.rules.agent_sessions = True
    await harness.start()
    await harness.ready()
    harness.wanjie.script.answer = echo
    harness.wanjie.script.hold_after = 0  # so that there is a time in which it thinks
    assistant, persona = harness.slack.assistant, harness.direct(locale="zh-CN")
    await persona.user.open_app()
    await persona.until(lambda: persona.channel.id in assistant.prompts)
    await persona.user.open_app("home")
    await persona.say("How do lighthouses work?\nBriefly.")
    await persona.until(lambda: any(status.loading_messages for status in harness.slack.statuses))
    harness.wanjie.script.hold_after = None
    await says(persona, "answer to")
    await persona.until(lambda: assistant.titles)

    assert "死锁" in str(assistant.prompts[persona.channel.id])
    assert " !imagine " in str(assistant.prompts[persona.channel.id])  # it begins a thread, where no slash works
    assert list(assistant.titles.values()) == ["How do lighthouses work?"]
    assert set(assistant.sessions.values()) == {"active"}
    assert "正在思考…" in {text for status in harness.slack.statuses for text in status.loading_messages}
    assert len(persona.answers()) == 1


@pytest.mark.usefixtures("redis")  # so that nothing of another test is in the store
async def test_slack_s_stop_ends_the_answer_of_any_replica_without_a_word(
    empty_harness: ServiceHarness, redis_url: str
) -> None:
    harness = empty_harness
    harness.slack.rules.agent_sessions = True
    for _ in range(2):  # the message goes to one of them, the stop to the other
        await harness.start(REDIS_URL=redis_url)
    await harness.slack.wait_for(lambda: harness.slack.socket.connections == 2)
    harness.wanjie.script.answer = lambda _: words(2000)
    harness.wanjie.script.tokens_per_second = 50
    persona = harness.direct()
    await persona.say("count")
    await persona.until(persona.answers)
    (root,) = [message.ts for message in harness.slack.messages(persona.channel) if not message.bot_id]
    await persona.user.stop(persona.channel, root)
    await persona.until(lambda: harness.slack.assistant.sessions.get((persona.channel.id, root)) == "active")
    await persona.until(lambda: any("Regenerate" in label for label in persona.buttons()))

    assert len(persona.answers()) == 1
    assert not any(beginning("stop.done") in answer for answer in persona.answers())


async def test_in_a_workspace_without_agents_the_bot_greets_once_and_has_one_conversation(
    empty_harness: ServiceHarness,
) -> None:
    harness = empty_harness
    harness.slack.scopes.add("assistant:write")  # the app is declared as one
    await harness.start()
    await harness.ready()
    harness.wanjie.script.answer = echo
    persona = harness.direct()
    await persona.user.open_app()
    greeting = await says(persona, beginning("start.opened"))
    await persona.user.open_app()
    await persona.say("hello")
    await says(persona, "answer to hello")
    await persona.say("again")
    await says(persona, "answer to again")

    assert last_asked(harness) == ["hello", "answer to hello", "again"]
    assert "deadlock" in greeting
    assert len(persona.answers()) == 3
    assert calls(harness, _PROMPTS) == 1
    assert calls(harness, _RENAME) == 0


async def test_an_operator_s_questions_are_offered_to_those_who_may_use_the_bot(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    harness.slack.rules.agent_sessions = True
    await harness.start(SUGGESTED_PROMPTS="Who am I? | What does /new do?", SLACK_COMMAND_PREFIX="wj-")
    await harness.ready()
    persona = harness.direct()
    await persona.user.open_app()
    await persona.until(lambda: harness.slack.assistant.prompts)

    offered = harness.slack.assistant.prompts[persona.channel.id]
    assert [prompt["message"] for prompt in offered] == ["Who am I?", "What does !new do?"]
