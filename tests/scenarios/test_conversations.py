"""Questions and answers, on every kind of conversation."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conversation_steps import asked, echo, floods, last_asked, says, shown, shows, until_asked, words


async def test_a_question_is_answered(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "Forty-two, **of course**."

    await persona.say("What is the answer?")

    await says(persona, "Forty-two")
    assert len(persona.answers()) == 1


async def test_an_answer_grows_on_the_screen(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: words(60)
    harness.wanjie.script.tokens_per_second = 40
    harness.wanjie.script.hold_after = 0

    await persona.say("Count!")
    for count in (15, 30, 45):
        harness.wanjie.script.hold_after = count
        await persona.until(lambda count=count: len(shown(persona)) > count - 8)
    harness.wanjie.script.hold_after = None
    await shows(persona, words(60))

    texts = [step.text for step in persona.steps()]
    assert len(texts) >= 3
    assert len({step.message for step in persona.steps()}) == 1
    assert texts == sorted(texts, key=len)
    assert not floods(harness)


@pytest.mark.parametrize("tokens", [300, 3000])
async def test_every_word_of_a_long_answer_arrives(persona: Persona, harness: ServiceHarness, tokens: int) -> None:
    harness.wanjie.script.answer = lambda _: words(tokens)
    harness.wanjie.script.tokens_per_second = tokens / 4

    await persona.say("Count!")

    await shows(persona, words(tokens))
    assert not floods(harness)


async def test_the_conversation_is_remembered(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo

    await persona.say("first")
    await says(persona, "answer to first")
    await persona.say("second")
    await says(persona, "answer to second")

    contents = last_asked(harness)
    assert contents == ["first", "answer to first", "second"]


async def test_a_reply_to_an_older_answer_quotes_it(harness: ServiceHarness) -> None:
    persona = harness.private()
    for answer in ("Good morning, everyone!", "Good night, all."):
        harness.wanjie.script.answer = lambda _, answer=answer: answer
        await persona.say("Greet us")
        await says(persona, answer)
    await persona.reply("Translate this into French", to="morning")
    await until_asked(harness, 3)
    older = last_asked(harness)[-1]
    await persona.until(lambda: len(persona.answers()) == 3)
    await persona.reply("And this", to="night")
    await until_asked(harness, 4)

    assert older == "> Good morning, everyone!\n\nTranslate this into French"
    assert last_asked(harness)[-1] == "And this"


async def test_an_invisible_answer_counts_as_empty(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.reasoning = lambda _: "\u2800"
    for number, answer in enumerate(("\u200b", "\u2060\u2060", "\u2800\n\u2063"), 1):
        harness.wanjie.script.answer = lambda _, answer=answer: answer
        await direct_persona.say("Well?")
        told = await direct_persona.until(lambda number=number: direct_persona.answers()[number - 1 :])

        assert "returned nothing" in told[0]
    assert "turn failed" not in harness.logs()
    assert not direct_persona.folds()


async def test_an_invisible_question_counts_as_empty(direct_persona: Persona, harness: ServiceHarness) -> None:
    for command, told in (
        ("/speak \u2800", "What should I read"),
        ("/imagine \u200b", "What should be in the picture"),
        ("/system \u2060", "No instructions"),
        ("\u2060", "Write your question"),
    ):
        await direct_persona.say(command)
        await says(direct_persona, told)

    assert not asked(harness)


async def test_quick_messages_are_answered_in_their_order(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    await persona.say("zero")
    await says(persona, "answer to zero")

    for name in ("one", "two", "three", "four", "five"):
        await persona.say(name)
    await says(persona, "answer to five")

    order = [answer.rpartition(" ")[2] for answer in persona.answers()]
    assert order == ["zero", "one", "two", "three", "four", "five"]
    assert not floods(harness)


async def test_chats_do_not_wait_for_each_other(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda messages: words(400) if "long" in messages[-1]["content"] else "short answer"
    harness.wanjie.script.hold_after = 20
    busy, other = harness.private("Ada"), harness.private("Bob")

    await busy.say("long")
    await busy.until(busy.answers)
    await other.say("quick")
    await says(other, "short answer")

    assert len(shown(busy)) < 400


async def test_in_a_group_the_model_is_told_who_speaks(harness: ServiceHarness) -> None:
    for persona in (harness.group(name="Grace"), harness.thread(name="Grace")):
        harness.wanjie.script.answer = echo
        await persona.say("hello")
        await says(persona, "answer to hello")

        assert asked(harness)[-1][-1]["content"] == "Grace: hello"
        assert asked(harness)[-1][0]["role"] == "system"


async def test_group_messages_to_others_are_ignored(harness: ServiceHarness) -> None:
    group = harness.group()
    person = harness.telegram.user(77, "Bob")

    person.say(group.chat, "nothing for a bot")
    person.say(group.chat, "/ping@another_bot")
    await group.say("hello")
    await group.until(group.answers)

    assert len(asked(harness)) == 1


async def test_topics_of_a_forum_are_conversations_of_their_own(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    person = harness.telegram.user(77, "Bob")
    forum = harness.telegram.group("Forum", forum=True, admin=True)
    one, two = harness.telegram.topic(forum, "One"), harness.telegram.topic(forum, "Two")

    for topic, text in ((one, "a"), (two, "b")):
        person.say(forum, f"@{harness.telegram.bot.username} {text}", topic=topic)
    await harness.telegram.wait_for(
        lambda: (
            {(m.topic, m.text) for m in harness.telegram.messages(forum.id) if m.sender is harness.telegram.bot}
            == {(one, "answer to a"), (two, "answer to b")}
        ),
        20,
    )

    assert all(len([m for m in messages if m["role"] == "user"]) == 1 for messages in asked(harness))


async def test_a_mention_is_answered_once_although_slack_sends_two_events(harness: ServiceHarness) -> None:
    thread = harness.thread()

    await thread.say("hello")
    await thread.until(thread.answers)
    await thread.say("and again")  # the later message also proves that nothing more came of the first
    await thread.until(lambda: len(thread.answers()) >= 2)

    assert len(asked(harness)) == 2


async def test_a_follow_up_while_the_first_answer_grows_is_answered(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    harness.wanjie.script.first_token_delay = 0.8
    thread = harness.thread()

    await thread.say("first")
    await thread.say("second")

    await says(thread, "answer to second")


async def test_threads_without_the_bot_are_ignored(harness: ServiceHarness) -> None:
    persona = harness.thread()
    user = harness.slack.user("Bob")
    root = await user.say(persona.channel, "just among ourselves")

    await user.say(persona.channel, "still among ourselves", thread_ts=root.ts)
    await persona.say("hello")
    await persona.until(persona.answers)

    assert len(asked(harness)) == 1
