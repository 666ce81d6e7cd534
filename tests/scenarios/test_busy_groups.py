"""Several people who ask at once in one group or thread."""

import asyncio
from typing import cast

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import asked, echo, floods, says, until_asked, until_taken

GROUPS = ("telegram-group", "slack-thread")
_NAMES = ("one", "two", "three")


@pytest.fixture(params=GROUPS)
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def _ask_together(harness: ServiceHarness, first: Persona) -> list[Persona]:
    """Let three people ask, the others while the first waits for the model, which is held before its first word."""
    harness.wanjie.script.answer = echo
    harness.wanjie.script.hold_after = 0
    await first.say("one")
    await until_asked(harness, 1)
    others = [harness.joining(first, name) for name in ("Bob", "Cy")]
    for person, name in zip(others, _NAMES[1:], strict=True):
        await person.say(name)
    return [first, *others]


async def _are_answered(people: list[Persona]) -> None:
    await asyncio.gather(*(says(person, f"answer to {name}") for person, name in zip(people, _NAMES, strict=True)))


async def test_questions_that_wait_bear_a_mark_until_they_are_answered(place: str, harness: ServiceHarness) -> None:
    people = await _ask_together(harness, PERSONAS[place](harness))
    await people[0].until(lambda: len(people[0].reactions()) == 2)
    answered = people[0].answers()
    harness.wanjie.script.hold_after = None
    await _are_answered(people)
    await people[0].until(lambda: not people[0].reactions())

    assert answered == []
    assert len(people[0].answers()) == 3
    assert not floods(harness)


async def test_marks_of_a_killed_process_are_removed_by_another(place: str, empty_harness: ServiceHarness) -> None:
    service = await empty_harness.start()
    await empty_harness.ready()
    people = await _ask_together(empty_harness, PERSONAS[place](empty_harness))
    await people[0].until(lambda: len(people[0].reactions()) == 2)
    await empty_harness.kill(service)
    empty_harness.wanjie.script.hold_after = None
    await empty_harness.start()
    await _are_answered(people)
    await people[0].until(lambda: not people[0].reactions())

    assert len(people[0].answers()) == 3


async def test_a_group_without_reactions_gets_its_answers(harness: ServiceHarness) -> None:
    first = harness.group()
    first.chat.available_reactions = frozenset()
    people = await _ask_together(harness, first)
    await until_asked(harness, 3)
    harness.wanjie.script.hold_after = None
    await _are_answered(people)

    assert people[0].reactions() == []
    assert len(people[0].answers()) == 3


async def test_questions_of_different_people_reach_the_model_before_their_turn(
    place: str, harness: ServiceHarness
) -> None:
    people = await _ask_together(harness, PERSONAS[place](harness))
    await until_asked(harness, 3)
    harness.wanjie.script.hold_after = None
    await _are_answered(people)
    calls = [call for call in harness.wanjie.requests if call.path.endswith("/chat/completions")]

    assert max(call.time for call in calls) < min(step.at for step in people[0].steps())
    assert [text.rpartition(" ")[2] for text in people[0].answers()] == list(_NAMES)
    assert len(asked(harness)) == 3
    assert not floods(harness)


async def test_a_question_waits_for_the_answers_that_it_may_mean(harness: ServiceHarness) -> None:
    """The second one of a person, a reply, and whatever stands behind a command see all that was said before them."""
    first = harness.group()
    harness.wanjie.script.answer = echo
    await first.say("zero")
    await says(first, "answer to zero")
    harness.wanjie.script.hold_after = 0
    await first.say("one")
    await until_asked(harness, 2)
    second = harness.joining(first, "Bob")
    await first.say("two")
    await second.reply("three", "answer to zero")
    await second.say("/system Be brief.")
    await harness.joining(first, "Cy").say("four")
    await until_taken(harness)
    harness.wanjie.script.hold_after = None
    await says(first, "answer to four")

    questions = [[message["content"] for message in messages] for messages in asked(harness)]
    assert [len([text for text in texts if text.startswith("answer to")]) for texts in questions] == [0, 1, 2, 3, 4]


async def test_a_question_that_was_changed_before_its_turn_is_asked_again(harness: ServiceHarness) -> None:
    first = harness.group()
    harness.wanjie.script.answer = echo
    harness.wanjie.script.hold_after = 0
    await first.say("one")
    await until_asked(harness, 1)
    second = cast("TelegramPersona", harness.joining(first, "Bob"))
    await second.say("two")
    await until_asked(harness, 2)
    second.person.edit(harness.telegram.messages(first.chat.id)[-1], f"@{harness.telegram.bot.username} deux")
    await until_taken(harness)
    harness.wanjie.script.hold_after = None
    await says(first, "answer to deux")

    assert len(first.answers()) == 2
    assert "answer to two" not in first.answers()
