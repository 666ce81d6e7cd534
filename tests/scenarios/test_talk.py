"""Questions and answers, on every kind of conversation."""

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from tests.scenarios.saying import asked, echo, floods, last_asked, says, shown, shows, words


async def test_a_question_is_answered(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: "Forty-two, **of course**."

    await seat.say("What is the answer?")

    await says(seat, "Forty-two")
    assert len(seat.answers()) == 1


async def test_an_answer_grows_on_the_screen(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: words(60)
    stage.wanjie.script.tokens_per_second = 40

    await seat.say("Count!")
    await shows(seat, words(60))

    texts = [step.text for step in seat.steps()]
    assert len(texts) >= 3
    assert len({step.message for step in seat.steps()}) == 1
    assert texts == sorted(texts, key=len)
    assert not floods(stage)


@pytest.mark.parametrize("tokens", [300, 3000])
async def test_every_word_of_a_long_answer_arrives(seat: Seat, stage: Stage, tokens: int) -> None:
    stage.wanjie.script.answer = lambda _: words(tokens)
    stage.wanjie.script.tokens_per_second = tokens / 4

    await seat.say("Count!")

    await shows(seat, words(tokens), 40)
    assert not floods(stage)


async def test_the_conversation_is_remembered(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = echo

    await seat.say("first")
    await says(seat, "answer to first")
    await seat.say("second")
    await says(seat, "answer to second")

    contents = last_asked(stage)
    assert contents == ["first", "answer to first", "second"]


async def test_an_older_answer_that_is_replied_to_is_what_the_question_is_about(stage: Stage) -> None:
    seat = stage.private()
    for answer in ("Good morning, everyone!", "Good night, all."):
        stage.wanjie.script.answer = lambda _, answer=answer: answer
        await seat.say("Greet us")
        await says(seat, answer)
    await seat.reply("Translate this into French", to="morning")
    await seat.until(lambda: len(asked(stage)) == 3)
    older = last_asked(stage)[-1]
    await seat.until(lambda: len(seat.answers()) == 3)
    await seat.reply("And this", to="night")
    await seat.until(lambda: len(asked(stage)) == 4)

    assert older == "> Good morning, everyone!\n\nTranslate this into French"
    assert last_asked(stage)[-1] == "And this"


async def test_an_answer_of_which_nothing_is_seen_is_none(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.reasoning = lambda _: "\u2800"
    for number, answer in enumerate(("\u200b", "\u2060\u2060", "\u2800\n\u2063"), 1):
        stage.wanjie.script.answer = lambda _, answer=answer: answer
        await direct_seat.say("Well?")
        told = await direct_seat.until(lambda number=number: direct_seat.answers()[number - 1 :])

        assert "without a single word" in told[0]
    assert "turn failed" not in stage.logs()
    assert not direct_seat.folds()


async def test_words_of_which_nothing_is_seen_are_none(direct_seat: Seat, stage: Stage) -> None:
    for command, told in (
        ("/speak \u2800", "What should I say"),
        ("/imagine \u200b", "What should be in the picture"),
        ("/system \u2060", "no instructions"),
        ("\u2060", "Write your question"),
    ):
        await direct_seat.say(command)
        await says(direct_seat, told)

    assert not asked(stage)


async def test_quick_messages_are_answered_in_their_order(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    await seat.say("zero")
    await says(seat, "answer to zero")

    for name in ("one", "two", "three", "four", "five"):
        await seat.say(name)
    await says(seat, "answer to five", 40)

    order = [answer.rpartition(" ")[2] for answer in seat.answers()]
    assert order == ["zero", "one", "two", "three", "four", "five"]
    assert not floods(stage)


async def test_chats_do_not_wait_for_each_other(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda messages: words(400) if "long" in messages[-1]["content"] else "short answer"
    stage.wanjie.script.tokens_per_second = 60
    busy, other = stage.private("Ada"), stage.private("Bob")

    await busy.say("long")
    await busy.until(busy.answers)
    await other.say("quick")
    await says(other, "short answer")

    assert len(shown(busy)) < 400


async def test_in_a_group_the_model_is_told_who_speaks(stage: Stage) -> None:
    for seat in (stage.group(name="Grace"), stage.thread(name="Grace")):
        stage.wanjie.script.answer = echo
        await seat.say("hello")
        await says(seat, "answer to hello")

        assert asked(stage)[-1][-1]["content"] == "Grace: hello"
        assert asked(stage)[-1][0]["role"] == "system"


async def test_group_talk_that_is_not_for_the_bot_is_left_alone(stage: Stage) -> None:
    group = stage.group()
    person = stage.telegram.user(77, "Bob")

    person.say(group.chat, "nothing for a bot")
    person.say(group.chat, "/ping@another_bot")
    await group.say("hello")
    await group.until(group.answers)

    assert len(asked(stage)) == 1


async def test_topics_of_a_forum_are_conversations_of_their_own(stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    person = stage.telegram.user(77, "Bob")
    forum = stage.telegram.group("Forum", forum=True, admin=True)
    one, two = stage.telegram.topic(forum, "One"), stage.telegram.topic(forum, "Two")

    for topic, text in ((one, "a"), (two, "b")):
        person.say(forum, f"@{stage.telegram.bot.username} {text}", topic=topic)
    await stage.telegram.wait_for(
        lambda: (
            {(m.topic, m.text) for m in stage.telegram.messages(forum.id) if m.sender is stage.telegram.bot}
            == {(one, "answer to a"), (two, "answer to b")}
        ),
        20,
    )

    assert all(len([m for m in messages if m["role"] == "user"]) == 1 for messages in asked(stage))


async def test_a_mention_is_answered_once_though_slack_tells_twice(stage: Stage) -> None:
    thread = stage.thread()

    await thread.say("hello")
    await thread.until(thread.answers)
    await thread.say("and again")  # the later message also proves that nothing more came of the first
    await thread.until(lambda: len(thread.answers()) >= 2)

    assert len(asked(stage)) == 2


async def test_a_follow_up_while_the_first_answer_grows_is_answered(stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    stage.wanjie.script.first_token_delay = 0.8
    thread = stage.thread()

    await thread.say("first")
    await thread.say("second")

    await says(thread, "answer to second")


async def test_threads_the_bot_was_never_called_into_are_left_alone(stage: Stage) -> None:
    seat = stage.thread()
    user = stage.slack.user("Bob")
    root = await user.say(seat.channel, "just among ourselves")

    await user.say(seat.channel, "still among ourselves", thread_ts=root.ts)
    await seat.say("hello")
    await seat.until(seat.answers)

    assert len(asked(stage)) == 1
