"""What users see when processes die, are stopped or lose the services around them."""

import asyncio
import time
from pathlib import Path

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.wanjie.simulator import Failure
from core.redis import EmbeddedRedis
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import asked, echo, floods, says, shown, shows, words

_TAKEOVER_SECONDS = 14.0
"""A dead process's work goes on within 5 s, on a slow machine later; where nobody is told of replicas, after 15 s."""


@pytest.fixture(params=PERSONAS)
def empty_persona(request: pytest.FixtureRequest, empty_harness: ServiceHarness) -> Persona:
    """A person in each kind of conversation, before any service runs."""
    return PERSONAS[str(request.param)](empty_harness)


def slow_words(harness: ServiceHarness, count: int = 80) -> str:
    harness.wanjie.script.answer = lambda _: words(count)
    harness.wanjie.script.tokens_per_second = 25
    return words(count)


async def test_a_killed_process_s_answer_is_finished_in_the_same_message(
    empty_persona: Persona, empty_harness: ServiceHarness
) -> None:
    harness, persona = empty_harness, empty_persona
    text = slow_words(harness)
    service = await harness.start()
    await harness.ready()
    await persona.say("count")
    await persona.until(lambda: len(shown(persona)) > 10)
    await harness.kill(service)
    torn = persona.answers()

    await harness.start()
    await shows(persona, text)

    assert len(torn) == len(persona.answers()) == 1
    assert len({step.message for step in persona.steps()}) == 1
    assert not floods(harness)


async def test_messages_before_during_and_after_a_kill_are_answered_once_in_order(
    empty_persona: Persona, empty_harness: ServiceHarness
) -> None:
    harness, persona = empty_harness, empty_persona
    harness.wanjie.script.answer = echo
    harness.wanjie.script.first_token_delay = 0.3
    harness.slack.socket.retry_delays = (0.0, 0.5, 1.0)
    service = await harness.start()
    await harness.ready()

    for name in ("one", "two"):
        await persona.say(name)
    await persona.until(persona.answers)
    await harness.kill(service)
    for name in ("three", "four"):
        await persona.say(name)
    await harness.start()
    await asyncio.sleep(1)
    for name in ("five", "six"):
        await persona.say(name)
    await says(persona, "answer to six")

    assert [answer.rpartition(" ")[2] for answer in persona.answers()] == ["one", "two", "three", "four", "five", "six"]
    assert not floods(harness)


async def test_a_kill_at_the_first_step_changes_no_older_message(
    empty_persona: Persona, empty_harness: ServiceHarness
) -> None:
    harness, persona = empty_harness, empty_persona
    harness.wanjie.script.answer = echo
    service = await harness.start()
    await harness.ready()
    await persona.say("zero")
    await says(persona, "answer to zero")
    text = slow_words(harness, 40)
    await persona.say("/help")
    await persona.say("count")
    await persona.until(lambda: "w0" in shown(persona))
    await harness.kill(service)

    await harness.start()
    await persona.until(lambda: shown(persona)[-40:] == text.split())
    assert sum("What I can do" in answer for answer in persona.answers()) == 1
    assert sum("answer to zero" in answer for answer in persona.answers()) == 1
    assert shown(persona).count("w0") == 1


async def test_a_kill_at_the_first_steps_of_many_answers_completes_all(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    text = slow_words(harness, 30)
    personas: list[Persona] = [harness.private(f"P{number}") for number in range(8)]
    service = await harness.start()
    await harness.ready()
    for persona in personas:
        await persona.say("count")
    await personas[-1].until(personas[-1].answers)
    await harness.kill(service)

    await harness.start()
    for persona in personas:
        await shows(persona, text)


async def test_a_kill_at_the_first_steps_in_two_topics_keeps_them_apart(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    harness.wanjie.script.answer = lambda messages: words(25, messages[-1]["content"].split(": ")[-1])
    harness.wanjie.script.tokens_per_second = 25
    person = harness.telegram.user(77, "Bob")
    forum = harness.telegram.group("Forum", forum=True, admin=True)
    personas = [
        TelegramPersona(harness.telegram, person, forum, topic=harness.telegram.topic(forum, name))
        for name in ("One", "Two")
    ]
    service = await harness.start()
    await harness.ready()
    for name, persona in zip("ab", personas, strict=True):
        await persona.say(name)
    await personas[0].until(lambda: all(persona.answers() for persona in personas))
    await harness.kill(service)

    await harness.start()
    for name, persona in zip("ab", personas, strict=True):
        await shows(persona, words(25, name))
        assert len(persona.answers()) == 1


async def test_a_user_s_message_is_not_taken_for_a_lost_answer(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    harness.slack.socket.retry_delays = (0.0, 0.5, 1.0)
    personas: list[Persona] = [harness.private(), harness.thread()]
    service = await harness.start()
    await harness.ready()
    text = slow_words(harness, 30)
    for persona in personas:
        await persona.say("count")
        await persona.until(persona.answers)
    await harness.kill(service)
    for persona in personas:
        await persona.say("/help")
        await persona.say("/stop")

    await harness.start()
    for persona in personas:
        await says(persona, "Stopped.")
        await says(persona, "What I can do")
        assert not [answer for answer in persona.answers() if answer.startswith("w0") and answer not in text]


async def test_repeated_failures_of_telegram_delay_answers_but_lose_none(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    personas = [harness.private(f"P{number}") for number in range(3)]
    for number in range(2):
        for persona in personas:
            await persona.say(f"q{number}")
            harness.telegram.faults.bad_gateway("sendMessage")
            harness.telegram.faults.lose_answer("sendMessage")
            harness.telegram.faults.bad_gateway("editMessageReplyMarkup")

    for persona in personas:
        await says(persona, "answer to q1")
        assert persona.answers() == ["answer to q0", "answer to q1"]


async def test_a_long_answer_is_finished_page_by_page_after_a_kill(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    personas: list[Persona] = [harness.private(), harness.direct()]
    harness.wanjie.script.answer = lambda _: words(3000)
    harness.wanjie.script.tokens_per_second = 500
    harness.wanjie.script.hold_after = 1500
    service = await harness.start()
    await harness.ready()
    for persona in personas:
        await persona.say("count")
    await personas[0].until(lambda: len(shown(personas[0])) > 700)
    await harness.kill(service)
    harness.wanjie.script.answer = lambda _: words(2000, "other")
    harness.wanjie.script.hold_after = None

    await harness.start()
    for persona in personas:
        await shows(persona, words(2000, "other"))

    assert not floods(harness)


async def test_sigterm_lets_an_answer_finish(empty_persona: Persona, empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_persona
    text = slow_words(harness, 50)
    service = await harness.start()
    await harness.ready()
    await persona.say("count")
    await persona.until(persona.answers)

    assert await harness.end(service) == 0
    await shows(persona, text)


async def test_sigterm_hands_over_what_takes_too_long(empty_persona: Persona, empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_persona
    text = slow_words(harness, 90)
    harness.wanjie.script.hold_after = 30
    service = await harness.start(DRAIN_SECONDS="0.5")
    await harness.ready()
    await persona.say("count")
    await persona.until(persona.answers)

    assert await harness.end(service) == 0
    assert len(shown(persona)) < 90
    harness.wanjie.script.hold_after = None
    await harness.start()
    await shows(persona, text)
    assert len(persona.answers()) == 1


async def test_two_replicas_share_the_work_and_one_may_die(empty_harness: ServiceHarness, tmp_path: Path) -> None:
    harness = empty_harness
    async with EmbeddedRedis(tmp_path / "shared") as url:
        first = await harness.start(REDIS_URL=url)
        await harness.ready()
        await harness.start(REDIS_URL=url)
        personas: list[Persona] = [
            *(harness.private(f"P{n}") for n in range(4)),
            *(harness.direct(f"D{n}") for n in range(4)),
        ]
        text = slow_words(harness)
        harness.wanjie.script.hold_after = 30
        for persona in personas:
            await persona.say("count")
        for persona in personas:
            await persona.until(persona.answers)
        await harness.kill(first)
        killed_at = time.monotonic()
        harness.wanjie.script.hold_after = None

        for persona in personas:
            await shows(persona, text)
        assert all(len(persona.answers()) == 1 for persona in personas)
        assert not floods(harness)
        questions = [one for one in harness.wanjie.requests if one.path.endswith("/chat/completions")]
        assert killed_at < max(one.time for one in questions) < killed_at + _TAKEOVER_SECONDS
        await harness.end(harness.processes[1])


async def test_an_interrupted_answer_is_written_again(persona: Persona, harness: ServiceHarness) -> None:
    text = slow_words(harness, 60)
    harness.wanjie.script.break_after, harness.wanjie.script.break_times = 30, 1

    await persona.say("count")

    await shows(persona, text)
    assert len(persona.answers()) == 1
    assert len(asked(harness)) == 2


async def test_an_answer_that_is_always_interrupted_is_kept_and_explained(
    persona: Persona, harness: ServiceHarness
) -> None:
    harness.wanjie.script.answer = lambda _: words(60)
    harness.wanjie.script.break_after = 30

    await persona.say("count")

    await says(persona, "broke in the middle")
    assert shown(persona)[:28] == words(60).split()[:28]  # the page waits with words that may go on


async def test_temporary_faults_of_wanjie_are_invisible(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    failures = [Failure(500), Failure(429, retry_after=1), Failure(502, html=True)]
    for number, failure in enumerate(failures):
        harness.wanjie.script.fail_next.append(failure)
        await direct_persona.say(f"q{number}")

        await says(direct_persona, f"answer to q{number}")


async def test_temporary_faults_of_telegram_lose_nothing(harness: ServiceHarness) -> None:
    persona = harness.private()
    text = slow_words(harness, 60)
    harness.telegram.faults.bad_gateway("getUpdates", times=2)
    harness.telegram.faults.bad_gateway("sendMessage", times=2)
    await persona.say("count")
    await persona.until(persona.answers)
    harness.telegram.faults.bad_gateway("editMessageText", times=2)

    await shows(persona, text)


async def test_a_flood_wait_of_telegram_delays_the_end_but_loses_nothing(harness: ServiceHarness) -> None:
    persona = harness.private()
    text = slow_words(harness, 60)
    harness.wanjie.script.hold_after = 20
    await persona.say("count")
    await persona.until(persona.answers)
    harness.telegram.faults.fail(
        "editMessageText", 429, "Too Many Requests: retry after 3", parameters={"retry_after": 3}, times=1
    )
    harness.wanjie.script.hold_after = None

    await shows(persona, text)
    calls = [call for call in harness.telegram.calls if call.method in {"sendMessage", "editMessageText"}]
    refused = next(index for index, call in enumerate(calls) if call.status == 429)
    assert calls[refused + 1].at - calls[refused].at >= 3


async def test_temporary_faults_of_slack_lose_nothing(harness: ServiceHarness) -> None:
    persona = harness.thread()
    text = slow_words(harness, 60)
    harness.slack.faults.break_down("chat.startStream", times=1)
    await persona.say("count")
    await persona.until(persona.answers)
    harness.slack.faults.break_down("chat.appendStream", times=2)
    harness.slack.faults.flood("chat.stopStream", retry_after=2, times=1)
    harness.slack.drop_connections()

    await shows(persona, text)
    await persona.say("again")
    await persona.until(lambda: len(shown(persona)) == 120)


async def test_a_slack_stream_that_ends_early_is_finished(harness: ServiceHarness) -> None:
    harness.slack.rules.stream_lifetime = 1.0
    persona = harness.thread()
    text = slow_words(harness, 80)

    await persona.say("count")

    await shows(persona, text)
    assert len(persona.answers()) == 1


async def test_a_second_service_on_the_same_data_is_refused(harness: ServiceHarness) -> None:
    second = await harness.start()

    assert await second.wait() == 1
    assert "cannot start" in harness.logs()
