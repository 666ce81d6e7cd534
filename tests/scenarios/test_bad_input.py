"""Bad input and bad luck: a clear sentence, or silence where nobody can read it; and the next message works."""

import asyncio

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.conversation_steps import asked, echo, says, shown, until_taken, words
from tests.scenarios.voice_steps import spoken


async def next_message_works(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    harness.wanjie.script.tokens_per_second = None
    await persona.say("next")
    await says(persona, "answer to next")


def nothing_leaks(persona: Persona, harness: ServiceHarness) -> None:
    said = " ".join(persona.answers())
    assert not any(word in said for word in ("Traceback", "Error", "http://", harness.wanjie.script.key, "/v1/"))


async def test_a_bare_mention_is_answered_with_a_question(harness: ServiceHarness) -> None:
    for persona in (harness.group(), harness.thread()):
        await persona.say(" ")

        await says(persona, "Yes?")
        await next_message_works(persona, harness)


async def test_an_attachment_alone_is_explained(harness: ServiceHarness) -> None:
    telegram = harness.private()
    telegram.person.send_photo(telegram.chat, b"\x89PNG")
    await says(telegram, "can't see pictures")
    await next_message_works(telegram, harness)
    slack = harness.direct()
    await slack.user.say(slack.channel, "", files=[slack.user.file("a.png", b"\x89PNG", mimetype="image/png")])
    await says(slack, "can't see pictures")
    await next_message_works(slack, harness)


async def test_a_message_of_100_kilobytes_is_too_long_or_answered_in_order(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda messages: f"read {len(messages[-1]['content'])}"
    slack, telegram = harness.direct(), harness.private()
    huge = words(20_000)
    await slack.say(huge)
    await says(slack, "message is too long")

    telegram.person.paste(telegram.chat, huge[:20_000])
    await telegram.until(lambda: telegram.answers() == ["read 20000"])
    for persona in (slack, telegram):
        await next_message_works(persona, harness)


async def test_20_000_characters_are_spoken_in_part_and_not_drawn(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    await harness.start(SPEAK_LIMIT="300")
    await harness.ready()
    harness.wanjie.script.answer = echo
    slack, telegram = harness.direct(), harness.private()
    for command, told in (("/speak", "up to 300 characters"), ("/imagine", "this prompt is too long")):
        order = f"{command} {words(20_000)[: 20_000 - len(command) - 1]}"
        await slack.say(order)
        telegram.person.paste(telegram.chat, order)
        for persona in (slack, telegram):
            await persona.until(lambda persona=persona, told=told: told in " ".join(said(persona)).lower())
            await next_message_works(persona, harness)

    assert all(len(body["input"]) <= 300 for body in spoken(harness))


def said(persona: Persona) -> list[str]:
    """What was written, also below media."""
    return [*persona.answers(), *(post.caption for post in persona.posts())]


async def test_a_refused_key_is_explained(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.key, key = "another", harness.wanjie.script.key
    await direct_persona.say("hello")
    await says(direct_persona, "Wanjie key isn't accepted")
    nothing_leaks(direct_persona, harness)

    harness.wanjie.script.key = key
    await next_message_works(direct_persona, harness)


async def test_a_missing_model_is_explained(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    await persona.say("hello")
    await says(persona, "answer to hello")
    await persona.say("/model kimi-k2")
    await says(persona, "Switched to")
    models = harness.wanjie.script.models
    harness.wanjie.script.models = tuple(model for model in models if model != "kimi-k2")
    await persona.say("are you there?")
    await says(
        persona,
        "`kimi-k2` is no longer available" if isinstance(persona, SlackPersona) else "kimi-k2 is no longer available",
    )
    nothing_leaks(persona, harness)

    harness.wanjie.script.models = models
    await next_message_works(persona, harness)


async def test_lasting_faults_of_wanjie_are_explained_and_leave_no_trace_in_the_history(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    refusal = Failure(400, message="Your prompt was flagged by the content policy", code="content_policy_violation")
    too_long = Failure(400, message="maximum context length exceeded", code="context_length_exceeded")
    await next_message_works(direct_persona, harness)  # the list of models has been read by now
    await direct_persona.say("/new")
    await says(direct_persona, "New conversation")
    for failure, sentence in ((refusal, "content rules"), (too_long, "too long for the model")):
        harness.wanjie.script.fail_next.append(failure)
        await direct_persona.say("hello")
        await says(direct_persona, sentence)
        nothing_leaks(direct_persona, harness)

    await direct_persona.say("and now?")
    await says(direct_persona, "answer to and now?")
    assert [message["role"] for message in asked(harness)[-1]] == ["user"]


async def test_an_answer_cut_by_length_is_noted(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "half an"
    harness.wanjie.script.finish_reason = "length"
    await direct_persona.say("hello")

    await says(direct_persona, "length limit")
    assert "half an" in " ".join(direct_persona.answers())


async def test_an_empty_answer_is_explained(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "\n"
    await direct_persona.say("hello")

    await says(direct_persona, "returned nothing")
    await next_message_works(direct_persona, harness)


async def test_a_user_who_blocked_the_bot_delays_nobody(harness: ServiceHarness) -> None:
    persona, other = harness.private("Ada"), harness.private("Bob")
    harness.wanjie.script.answer = lambda _: words(200)
    harness.wanjie.script.tokens_per_second = 50
    await persona.say("hello")
    await persona.until(lambda: len(shown(persona)) > 3)
    persona.person.block()
    await next_message_works(other, harness)

    persona.person.unblock()
    await next_message_works(persona, harness)


async def test_a_bot_that_was_removed_works_again_when_it_is_back(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: words(200)
    harness.wanjie.script.tokens_per_second = 50
    group, thread = harness.group(), harness.thread()
    for persona in (group, thread):
        await persona.say("hello")
        await persona.until(lambda persona=persona: len(shown(persona)) > 3)
    harness.telegram.remove_bot(group.chat, group.person)
    harness.slack.remove_bot(thread.channel)
    await next_message_works(harness.private(), harness)
    await next_message_works(harness.direct(), harness)

    harness.telegram.add_bot(group.chat, group.person)
    harness.telegram.promote_bot(group.chat, group.person)
    thread.channel.bot_member = True
    await next_message_works(group, harness)
    await next_message_works(thread, harness)


async def test_an_answer_that_was_deleted_stays_deleted(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: words(150)
    harness.wanjie.script.tokens_per_second = 50
    telegram, slack = harness.private(), harness.thread()
    for persona in (telegram, slack):
        await persona.say("hello")
        await persona.until(lambda persona=persona: len(shown(persona)) > 3)
    delete_newest(telegram)
    for message in harness.slack.messages(slack.channel, slack.root):
        if message.bot_id:
            await slack.user.delete(message)

    for persona in (telegram, slack):
        await next_message_works(persona, harness)
        assert "w5" not in shown(persona)


def delete_newest(persona: TelegramPersona) -> None:
    own = [step.message for step in persona.steps()]
    persona.person.delete(persona.chat.messages[int(own[-1])])


async def test_a_deleted_question_is_answered_in_telegram(harness: ServiceHarness) -> None:
    group = harness.group()
    harness.wanjie.script.answer = echo
    harness.wanjie.script.first_token_delay = 0.5
    await group.say("hello")
    question = max(group.chat.messages)
    await group.until(lambda: asked(harness))
    group.person.delete(group.chat.messages[question])

    await says(group, "answer to hello")


async def test_messages_beyond_the_mailbox_limit_are_refused_with_an_explanation(harness: ServiceHarness) -> None:
    await harness.end(harness.processes[0])
    await harness.start(MAILBOX_LIMIT="3")
    persona: SlackPersona | TelegramPersona
    for persona in (harness.private(), harness.direct()):
        harness.wanjie.script.answer = echo
        harness.wanjie.script.hold_after = 0
        for number in range(5):
            await persona.say(f"q{number}")
        await says(persona, "I didn't take this message")
        await until_taken(harness)
        harness.wanjie.script.hold_after = None
        await says(persona, "answer to q2")
        await asyncio.sleep(1)  # a refusal holds for half a second
        await next_message_works(persona, harness)

        said = [answer for answer in persona.answers() if answer.startswith("answer")]
        assert len(persona.answers()) == len(said) + 1  # of two refused messages one is answered
        assert said == ["answer to q0", "answer to q1", "answer to q2", "answer to next"]


async def test_retry_answers_an_unanswered_question(direct_persona: Persona, harness: ServiceHarness) -> None:
    await next_message_works(direct_persona, harness)
    harness.wanjie.script.key, key = "another", harness.wanjie.script.key
    await direct_persona.say("unlucky")
    await says(direct_persona, "accepted")
    harness.wanjie.script.key = key
    await direct_persona.say("/retry")

    await says(direct_persona, "answer to unlucky")
    contents = [message["content"] for message in asked(harness)[-1]]
    assert contents == ["next", "answer to next", "unlucky"]


async def test_help_needs_no_model(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.key = "another"
    await direct_persona.say("/help")

    await says(direct_persona, "What I can do")


async def test_a_key_whose_list_cannot_be_read_is_explained(harness: ServiceHarness) -> None:
    await harness.end(harness.processes[0])
    await harness.start(WANJIE_DEFAULT_MODEL="", WANJIE_BASE_URL=harness.wanjie.base_url + "/wrong")
    for persona in (harness.private(), harness.direct()):
        await persona.say("hello")
        await persona.until(persona.answers)

        nothing_leaks(persona, harness)


async def test_long_arguments_are_quoted_in_pages_or_shortened(direct_persona: Persona) -> None:
    await direct_persona.say("/system " + "be kind " * 450)
    await says(direct_persona, "Got it")
    await direct_persona.say("/system")
    await says(direct_persona, "Current instructions")
    await direct_persona.say("/model " + "x" * 3000)

    await says(direct_persona, "I don't know a model")
    assert not any("went wrong" in answer for answer in direct_persona.answers())


async def test_a_refusal_after_a_broken_answer_keeps_its_longest_text(
    persona: Persona, harness: ServiceHarness
) -> None:
    harness.wanjie.script.answer = lambda _: words(80)
    harness.wanjie.script.tokens_per_second = 40
    harness.wanjie.script.break_after = 50
    await persona.say("count")
    await persona.until(lambda: len(shown(persona)) > 20)
    harness.wanjie.script.fail_next.append(Failure(400, message="flagged", code="content_policy_violation"))
    await says(persona, "content rules")

    kept = [word for word in shown(persona) if word.startswith("w") and word[1:].isdigit()]
    assert len(kept) > 20
    assert kept == words(80).split()[: len(kept)]
    if isinstance(persona, SlackPersona):
        assert all(
            message.stream is None or message.stream.state != "live" for message in harness.slack.workspace.messages
        )
