"""Bad input and bad luck: a clear sentence, or silence where nobody can read it; and the next message works."""

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.slack.persona import SlackSeat
from bots.sandbox.telegram.persona import TelegramSeat
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.hearing import spoken
from tests.scenarios.saying import asked, echo, says, shown, words


async def next_message_works(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    stage.wanjie.script.tokens_per_second = None
    await seat.say("next")
    await says(seat, "answer to next", 30)


def nothing_leaks(seat: Seat, stage: Stage) -> None:
    said = " ".join(seat.answers())
    assert not any(word in said for word in ("Traceback", "Error", "http://", stage.wanjie.script.key, "/v1/"))


async def test_the_name_alone_gets_a_question_back(stage: Stage) -> None:
    for seat in (stage.group(), stage.thread()):
        await seat.say(" ")

        await says(seat, "Yes?")
        await next_message_works(seat, stage)


async def test_an_attachment_alone_is_explained(stage: Stage) -> None:
    telegram = stage.private()
    telegram.person.send_photo(telegram.chat, b"\x89PNG")
    await says(telegram, "cannot see pictures")
    await next_message_works(telegram, stage)
    slack = stage.direct()
    await slack.user.say(slack.channel, "", files=[slack.user.file("a.png", b"\x89PNG", mimetype="image/png")])
    await says(slack, "cannot see pictures")
    await next_message_works(slack, stage)


async def test_a_message_of_100_kilobytes_is_too_long_or_answered_in_order(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda messages: f"read {len(messages[-1]['content'])}"
    slack, telegram = stage.direct(), stage.private()
    huge = words(20_000)
    await slack.say(huge)
    await says(slack, "too long for me")

    telegram.person.paste(telegram.chat, huge[:20_000])
    await telegram.until(telegram.answers, 40)
    assert telegram.answers() == ["read 20000"]
    for seat in (slack, telegram):
        await next_message_works(seat, stage)


async def test_20_000_characters_are_spoken_in_part_and_not_drawn(empty_stage: Stage) -> None:
    stage = empty_stage
    await stage.start(SPEAK_LIMIT="300")
    await stage.ready()
    stage.wanjie.script.answer = echo
    slack, telegram = stage.direct(), stage.private()
    for command, told in (("/speak", "up to 300 characters"), ("/imagine", "that prompt is too long")):
        order = f"{command} {words(20_000)[: 20_000 - len(command) - 1]}"
        await slack.say(order)
        telegram.person.paste(telegram.chat, order)
        for seat in (slack, telegram):
            await seat.until(lambda seat=seat, told=told: told in " ".join(said(seat)).lower(), 40)
            await next_message_works(seat, stage)

    assert all(len(body["input"]) <= 300 for body in spoken(stage))


def said(seat: Seat) -> list[str]:
    """What was written, also below media."""
    return [*seat.answers(), *(post.caption for post in seat.posts())]


async def test_a_refused_key_is_explained(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.key, key = "another", stage.wanjie.script.key
    await direct_seat.say("hello")
    await says(direct_seat, "key of this service was refused")
    nothing_leaks(direct_seat, stage)

    stage.wanjie.script.key = key
    await next_message_works(direct_seat, stage)


async def test_a_model_that_vanished_is_explained(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    await seat.say("hello")
    await says(seat, "answer to hello")
    await seat.say("/model kimi-k2")
    await says(seat, "From now on")
    models = stage.wanjie.script.models
    stage.wanjie.script.models = tuple(model for model in models if model != "kimi-k2")
    await seat.say("are you there?")
    await says(seat, "`kimi-k2` is not available" if isinstance(seat, SlackSeat) else "kimi-k2 is not available")
    nothing_leaks(seat, stage)

    stage.wanjie.script.models = models
    await next_message_works(seat, stage)


async def test_lasting_faults_of_wanjie_are_explained_and_leave_no_trace_in_the_history(
    direct_seat: Seat, stage: Stage
) -> None:
    refusal = Failure(400, message="Your prompt was flagged by the content policy", code="content_policy_violation")
    too_long = Failure(400, message="maximum context length exceeded", code="context_length_exceeded")
    await next_message_works(direct_seat, stage)  # the list of models has been read by now
    await direct_seat.say("/new")
    await says(direct_seat, "new conversation")
    for failure, sentence in ((refusal, "content rules"), (too_long, "too long for the model")):
        stage.wanjie.script.fail_next.append(failure)
        await direct_seat.say("hello")
        await says(direct_seat, sentence)
        nothing_leaks(direct_seat, stage)

    await direct_seat.say("and now?")
    await says(direct_seat, "answer to and now?")
    assert [message["role"] for message in asked(stage)[-1]] == ["user"]


async def test_an_answer_cut_by_length_says_so(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: "half an"
    stage.wanjie.script.finish_reason = "length"
    await direct_seat.say("hello")

    await says(direct_seat, "length limit")
    assert "half an" in " ".join(direct_seat.answers())


async def test_an_answer_without_words_says_so(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: "\n"
    await direct_seat.say("hello")

    await says(direct_seat, "without a single word")
    await next_message_works(direct_seat, stage)


async def test_a_user_who_blocked_the_bot_holds_nobody_up(stage: Stage) -> None:
    seat, other = stage.private("Ada"), stage.private("Bob")
    stage.wanjie.script.answer = lambda _: words(200)
    stage.wanjie.script.tokens_per_second = 50
    await seat.say("hello")
    await seat.until(lambda: len(shown(seat)) > 3)
    seat.person.block()
    await next_message_works(other, stage)

    seat.person.unblock()
    await next_message_works(seat, stage)


async def test_a_bot_that_was_removed_works_again_when_it_is_back(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: words(200)
    stage.wanjie.script.tokens_per_second = 50
    group, thread = stage.group(), stage.thread()
    for seat in (group, thread):
        await seat.say("hello")
        await seat.until(lambda seat=seat: len(shown(seat)) > 3)
    stage.telegram.remove_bot(group.chat, group.person)
    stage.slack.remove_bot(thread.channel)
    await next_message_works(stage.private(), stage)
    await next_message_works(stage.direct(), stage)

    stage.telegram.add_bot(group.chat, group.person)
    stage.telegram.promote_bot(group.chat, group.person)
    thread.channel.bot_member = True
    await next_message_works(group, stage)
    await next_message_works(thread, stage)


async def test_an_answer_that_was_deleted_stays_deleted(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: words(150)
    stage.wanjie.script.tokens_per_second = 50
    telegram, slack = stage.private(), stage.thread()
    for seat in (telegram, slack):
        await seat.say("hello")
        await seat.until(lambda seat=seat: len(shown(seat)) > 3)
    delete_newest(telegram)
    for message in stage.slack.messages(slack.channel, slack.root):
        if message.bot_id:
            await slack.user.delete(message)

    for seat in (telegram, slack):
        await next_message_works(seat, stage)
        assert "w5" not in shown(seat)


def delete_newest(seat: TelegramSeat) -> None:
    own = [step.message for step in seat.steps()]
    seat.person.delete(seat.chat.messages[int(own[-1])])


async def test_a_question_that_was_deleted_is_answered_all_the_same(stage: Stage) -> None:
    group = stage.group()
    stage.wanjie.script.answer = echo
    stage.wanjie.script.first_token_delay = 0.5
    await group.say("hello")
    question = max(group.chat.messages)
    await group.until(lambda: asked(stage))
    group.person.delete(group.chat.messages[question])

    await says(group, "answer to hello")


async def test_more_messages_than_the_mailbox_holds_are_refused_with_a_sentence(stage: Stage) -> None:
    await stage.end(stage.processes[0])
    await stage.start(MAILBOX_LIMIT="3")
    seat: SlackSeat | TelegramSeat
    for seat in (stage.private(), stage.direct()):
        stage.wanjie.script.answer = echo
        stage.wanjie.script.first_token_delay = 1.5
        for number in range(5):
            await seat.say(f"q{number}")
        await says(seat, "still have 3 messages", 40)
        await says(seat, "answer to q2", 40)
        stage.wanjie.script.first_token_delay = 0
        await next_message_works(seat, stage)

        said = [answer for answer in seat.answers() if answer.startswith("answer")]
        assert said == ["answer to q0", "answer to q1", "answer to q2", "answer to next"]


async def test_retry_asks_the_question_that_found_no_answer(direct_seat: Seat, stage: Stage) -> None:
    await next_message_works(direct_seat, stage)
    stage.wanjie.script.key, key = "another", stage.wanjie.script.key
    await direct_seat.say("unlucky")
    await says(direct_seat, "refused")
    stage.wanjie.script.key = key
    await direct_seat.say("/retry")

    await says(direct_seat, "answer to unlucky")
    contents = [message["content"] for message in asked(stage)[-1]]
    assert contents == ["next", "answer to next", "unlucky"]


async def test_help_needs_no_model(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.key = "another"
    await direct_seat.say("/help")

    await says(direct_seat, "What I can do")


async def test_a_key_whose_list_cannot_be_read_is_explained(stage: Stage) -> None:
    await stage.end(stage.processes[0])
    await stage.start(WANJIE_DEFAULT_MODEL="", WANJIE_BASE_URL=stage.wanjie.base_url + "/wrong")
    for seat in (stage.private(), stage.direct()):
        await seat.say("hello")
        await seat.until(seat.answers)

        nothing_leaks(seat, stage)


async def test_long_arguments_are_told_back_in_pages_or_cut(direct_seat: Seat) -> None:
    await direct_seat.say("/system " + "be kind " * 450)
    await says(direct_seat, "Understood")
    await direct_seat.say("/system")
    await says(direct_seat, "The model is told")
    await direct_seat.say("/model " + "x" * 3000)

    await says(direct_seat, "I know no model")
    assert not any("went wrong" in answer for answer in direct_seat.answers())


async def test_a_refusal_after_a_broken_answer_leaves_the_best_of_it(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: words(80)
    stage.wanjie.script.tokens_per_second = 40
    stage.wanjie.script.break_after = 50
    await seat.say("count")
    await seat.until(lambda: len(shown(seat)) > 20)
    stage.wanjie.script.fail_next.append(Failure(400, message="flagged", code="content_policy_violation"))
    await says(seat, "content rules", 40)

    kept = [word for word in shown(seat) if word.startswith("w") and word[1:].isdigit()]
    assert len(kept) > 20
    assert kept == words(80).split()[: len(kept)]
    if isinstance(seat, SlackSeat):
        assert all(
            message.stream is None or message.stream.state != "live" for message in stage.slack.workspace.messages
        )
