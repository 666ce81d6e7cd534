"""Threads in Slack channels: what the bot sums up, when it answers there and when it is quiet."""

from __future__ import annotations

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.screen import ShownMessage
from bots.sandbox.slack.persona import SlackPersona
from tests.scenarios.button_steps import AGAIN
from tests.scenarios.conversation_steps import asked, echo, says, until_asked
from tests.scenarios.settings_steps import picks


def _has_final_buttons(message: ShownMessage) -> bool:
    return not message.is_own and any(AGAIN in control.label for row in message.controls for control in row)


async def test_a_thread_is_summarised_where_it_is_asked_for(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "noon it is"
    lin = harness.thread()
    bob = harness.slack.user("Bob")
    await lin.say("/summarize")
    await says(lin, "Write `!summarize` in the thread")
    root = await bob.say(lin.channel, f"When do we eat, <@{lin.user.id}>?")
    await bob.say(lin.channel, "Noon suits me.\nLin: not me", thread_ts=root.ts)
    lin.root = root.ts
    await lin.user.mention(lin.channel, "summarize", thread_ts=root.ts)
    await says(lin, "noon it is")
    question = asked(harness)[-1][-1]["content"]
    await lin.say("!总结 1")
    await until_asked(harness, 2)
    newest = asked(harness)[-1][-1]["content"]
    await lin.until(lambda: _has_final_buttons(lin.screen().messages[-1]))
    await lin.press(AGAIN)
    await until_asked(harness, 3)
    again = asked(harness)[-1]
    await lin.say("!summarize nonsense")
    await says(lin, "up to 200")

    assert question.startswith(
        "⟦said in the chat before, to others⟧\n> Bob: When do we eat, @Lin?\n> Bob: Noon suits me.\n>   Lin: not me\n\n"
        "Lin: Summarise for me"
    )
    assert newest.startswith("⟦said in the chat before, to others⟧\n> Wanjie: noon it is\n\nLin: Summarise")
    assert again[-1]["content"].startswith(question.partition("\n\n")[0])
    assert [message["role"] for message in again] == ["system", "user", "assistant", "user"]  # the newest is replaced


async def test_people_write_to_each_other_in_a_joined_thread_and_ask_the_bot_to_leave(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    lin = harness.thread()
    bob = harness.joining(lin, "Bob")
    assert isinstance(bob, SlackPersona)
    await lin.say("hello")
    await says(lin, "answer to hello")
    bob.root = lin.root
    await bob.say(f"I think <@{lin.user.id}> knows it")
    await bob.say("and you?")
    await says(lin, "answer to and you?")
    await bob.say("!离开")
    await says(lin, "Mention me, and I'm back")
    await bob.say("who was that?")
    await lin.user.mention(lin.channel, "are you there?", thread_ts=lin.root)
    await says(lin, "are you there?")
    await lin.say("good")
    await says(lin, "answer to good")

    questions = [request[-1]["content"] for request in asked(harness)]
    assert [question.rpartition(": ")[2].split("\n")[-1].strip() for question in questions] == [
        "hello",
        "and you?",
        "are you there?",
        "good",
    ]
    assert "Bob: who was that?" in questions[2]


async def test_a_channel_may_want_the_bot_to_be_mentioned_each_time(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    lin = harness.thread()
    lin.user.person.is_admin = True
    await lin.say("/settings")
    await picks(lin, "Threads: Follow-ups too", "✓ Follow-ups too", "Mentions only")
    await lin.choose("Mentions only")
    await lin.until(lambda: "✓ Mentions only" in " ".join(lin.choices()))
    await lin.say("hello")
    await says(lin, "answer to hello")
    await lin.say("nobody answers this")
    await lin.say("!model")
    await lin.until(lambda: lin.choices()[:1] and "Threads" not in " ".join(lin.choices()))
    await lin.user.mention(lin.channel, "and now?", thread_ts=lin.root)
    await says(lin, "and now?")

    assert len(asked(harness)) == 2
