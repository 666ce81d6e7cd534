"""What is used upon other people's messages on Slack, and what is ordered where the bot is no member."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from tests.scenarios.conversation_steps import asked, echo, says
from tests.scenarios.picture_steps import AGAIN, drawn


async def test_a_shortcut_or_press_does_not_make_the_bot_join_a_thread(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    persona = harness.thread()
    bob = harness.slack.user("Bob")
    root = await bob.say(persona.channel, "a red fox in the snow")
    persona.root = root.ts
    await persona.reply("/imagine", "a red fox")
    await drawn(persona)
    await persona.press(AGAIN)
    await drawn(persona, 2)
    await bob.say(persona.channel, "nice, is it not?", thread_ts=root.ts)
    await persona.user.mention(persona.channel, "who are you?", thread_ts=root.ts)
    await says(persona, "who are you?")
    assert len(asked(harness)) == 1

    await bob.say(persona.channel, "and what now?", thread_ts=root.ts)
    await says(persona, "answer to and what now?")


async def test_a_first_mention_in_a_thread_is_about_what_was_said_there(harness: ServiceHarness) -> None:
    persona = harness.thread()
    bob = harness.slack.user("Bob")
    root = await bob.say(persona.channel, "The deploy failed at noon.")
    await bob.say(persona.channel, "The disk was full.", thread_ts=root.ts)
    persona.root = root.ts
    for count, text in enumerate(("why did it fail?", "sure?"), start=1):
        await persona.user.mention(persona.channel, text, thread_ts=root.ts)
        await persona.until(lambda count=count: len(asked(harness)) == count and len(persona.answers()) == count)
    first, second = (questions[-1]["content"] for questions in asked(harness))

    assert first.endswith("> Bob: The deploy failed at noon.\n  > Bob: The disk was full.\n\n  why did it fail?")
    assert second.endswith("sure?")
    assert ">" not in second


@pytest.mark.parametrize("order", ["/imagine a cat", "/speak Good morning!"])
async def test_media_outside_the_bot_s_channels_ask_for_an_invitation(harness: ServiceHarness, order: str) -> None:
    lin = harness.slack.user("Lin")
    persona = SlackPersona(harness.slack, lin, harness.slack.channel("away", bot_member=False, members=[lin]))
    await persona.say(order)

    await says(persona, "Invite me")
    assert len(persona.answers()) == 1


async def test_speaking_outside_threads_announces_the_recording(harness: ServiceHarness) -> None:
    harness.wanjie.script.speech_delay = 0.5
    # Two texts: a recording that is in the cache comes too soon to be announced.
    for persona, text in ((harness.direct(), "Good morning!"), (harness.thread(), "Good evening!")):
        await persona.say(f"/speak {text}")
        await persona.until(persona.posts)

        assert persona.signs() == ["_is recording…_"]
        assert persona.hints() == []
