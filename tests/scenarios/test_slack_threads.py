"""Threads in Slack channels: what the bot sums up, when it answers there and when it is quiet."""

from __future__ import annotations

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.conversation_steps import asked, says


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
    await lin.until(lambda: len(asked(harness)) == 2)
    newest = asked(harness)[-1][-1]["content"]
    await lin.say("!summarize nonsense")
    await says(lin, "up to 200")

    assert question.startswith(
        "⟦said in the chat before, to others⟧\n> Bob: When do we eat, @Lin?\n> Bob: Noon suits me.\n>   Lin: not me\n\n"
        "Lin: Summarise for me"
    )
    assert newest.startswith("⟦said in the chat before, to others⟧\n> Wanjie: noon it is\n\nLin: Summarise")
