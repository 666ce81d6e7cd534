"""What is used upon other people's messages on Slack, and what is ordered where the bot is no member."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.slack.pings import pings
from tests.scenarios.conversation_steps import asked, echo, says, until_asked
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


async def test_a_question_about_a_message_goes_to_its_thread_with_the_message_quoted(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    lin, bob = harness.thread(), harness.slack.user("Bob")
    root = await bob.say(lin.channel, "The deploy failed. " + "It did. " * 600 + "The disk was full.")
    await lin.user.shortcut(root, "ask")
    form = await lin.until(lambda: lin.form)
    assert form is not None
    assert (form.title, form.notes[0][:19]) == ("Ask about this", "The deploy failed. ")
    lin.fill(question="Why did it fail?\nAnd <!channel> now?")
    lin.submit_form()
    lin.root = root.ts
    await says(lin, "answer to")

    shown, (question,) = lin.answers(), (messages[-1]["content"] for messages in asked(harness))
    assert shown[0].startswith("**Lin** asks about this message:\n> Why did it fail?\n> And ")
    assert question.startswith("Lin: ")
    assert "> The deploy failed. It did." in question
    assert "The disk was full.\n" in question
    assert question.split("\n")[-2:] == ["  Why did it fail?", "  And <!channel> now?"]
    assert not [ping for message in harness.slack.messages(lin.channel, root.ts) for ping in pings(message)]


async def test_a_message_is_translated_into_the_reader_s_language_or_another(harness: ServiceHarness) -> None:
    lin, bob = harness.thread(locale="zh-CN"), harness.slack.user("Bob")
    root = await bob.say(lin.channel, "See you tomorrow!")
    lin.root = root.ts
    await lin.user.shortcut(root, "translate")
    await lin.until(lambda: lin.form)
    assert lin.form is not None
    assert [field.value for field in lin.form.fields] == ["简体中文"]
    lin.fill(language="日本語")
    lin.submit_form()
    await until_asked(harness, 1)
    harness.slack.faults.fail("views.open", "expired_trigger_id", times=1)
    await lin.user.shortcut(root, "translate")
    await until_asked(harness, 2)

    first, second = (messages[-1]["content"] for messages in asked(harness))
    assert "> See you tomorrow!" in first
    assert "into Japanese." in first
    assert "into Simplified Chinese." in second


async def test_a_thread_is_summarised_by_a_shortcut(harness: ServiceHarness) -> None:
    lin, bob = harness.thread(), harness.slack.user("Bob")
    root = await bob.say(lin.channel, "Shall we ship on Friday?")
    await bob.say(lin.channel, "No, on Monday.", thread_ts=root.ts)
    await lin.user.shortcut(root, "summarize")
    await until_asked(harness, 1)

    assert "Bob: Shall we ship on Friday?" in asked(harness)[0][-1]["content"]
    assert "Bob: No, on Monday." in asked(harness)[0][-1]["content"]


async def test_a_question_where_the_bot_is_no_member_asks_for_an_invitation(harness: ServiceHarness) -> None:
    lin, bob = harness.slack.user("Lin"), harness.slack.user("Bob")
    persona = SlackPersona(harness.slack, lin, harness.slack.channel("away", bot_member=False, members=[lin, bob]))
    await lin.shortcut(await bob.say(persona.channel, "The deploy failed."), "ask")
    await persona.until(lambda: persona.form)
    persona.fill(question="Why?")
    persona.submit_form()

    await says(persona, "Invite me")


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
