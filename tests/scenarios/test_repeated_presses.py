"""Buttons that strangers press, that are pressed twice, too late, or before another process."""

import asyncio
from pathlib import Path

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from core.redis import EmbeddedRedis
from tests.scenarios.button_steps import AGAIN, CONTINUE, SPEAK, STOP, answered, cut, grows, offers, told
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import asked, last_asked, says, until_asked, words
from tests.scenarios.voice_steps import hears, notes

OLD, OTHERS, ENDED, STOPPED = "Only the latest", "Only the person who asked", "already finished", "Stopped."
AMONG_OTHERS = pytest.mark.parametrize("place", ["telegram-group", "slack-thread"])


@AMONG_OTHERS
async def test_other_users_cannot_press_buttons(place: str, harness: ServiceHarness) -> None:
    persona = PERSONAS[place](harness)
    await answered(persona, harness)
    stranger = harness.joining(persona, "Bob")
    harness.wanjie.script.finish_reason = "length"
    await grows(persona, harness, words(400))
    await stranger.press(STOP)
    await told(stranger, OTHERS)
    harness.wanjie.script.tokens_per_second = harness.wanjie.script.hold_after = None
    await says(persona, "w399")
    await offers(persona, CONTINUE, AGAIN, SPEAK)
    for count, label in enumerate((CONTINUE, SPEAK, AGAIN), 2):
        await stranger.press(label)
        await told(stranger, OTHERS, count)
    await answered(persona, harness, "next")

    assert harness.wanjie.abandoned == 0
    assert len(asked(harness)) == 3
    assert notes(persona) == []


async def test_an_old_stop_button_does_not_stop_another_answer(persona: Persona, harness: ServiceHarness) -> None:
    await grows(persona, harness, words(400), "one")
    press_old = persona.press_later(STOP)
    harness.wanjie.script.tokens_per_second = harness.wanjie.script.hold_after = None
    await offers(persona, AGAIN, SPEAK)
    await grows(persona, harness, words(400, "v"), "two")
    await press_old()
    await told(persona, ENDED)
    harness.wanjie.script.tokens_per_second = harness.wanjie.script.hold_after = None
    await says(persona, "v399")

    assert harness.wanjie.abandoned == 0


async def test_an_answer_is_continued_once_and_only_while_it_is_the_newest(
    persona: Persona, harness: ServiceHarness
) -> None:
    await cut(persona, harness)
    press_old = persona.press_later(CONTINUE)
    harness.wanjie.script.answer = lambda _: " three four"
    harness.wanjie.script.finish_reason = "stop"
    await asyncio.gather(press_old(), press_old())
    await offers(persona, AGAIN, SPEAK)
    await answered(persona, harness, "next")
    await press_old()
    await told(persona, OLD)
    await answered(persona, harness, "last")

    said = last_asked(harness)
    assert said == ["count", "one two three four", "next", "answer to next", "last"]
    assert len(asked(harness)) == 4


async def test_stop_continue_and_speak_work_after_a_restart(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    process = await harness.start(DRAIN_SECONDS="0.5")
    await harness.ready()
    personas: list[Persona] = [harness.private(), harness.thread()]
    for persona in personas:
        await grows(persona, harness, words(2000))
    stops = [persona.press_later(STOP) for persona in personas]
    await harness.end(process)
    process = await harness.start()
    asked_before = len(asked(harness))
    await until_asked(harness, asked_before + 2)
    for persona, press in zip(personas, stops, strict=True):
        await press()
        await told(persona, STOPPED)
        await offers(persona, AGAIN, SPEAK)
    harness.wanjie.script.tokens_per_second = None
    for persona in personas:
        await cut(persona, harness, question="again")
    await harness.kill(process)
    await harness.start()
    harness.wanjie.script.answer = lambda _: " three four"
    harness.wanjie.script.finish_reason = "stop"
    for persona in personas:
        await persona.press(SPEAK)
        await hears(persona)
        await persona.press(CONTINUE)
        await says(persona, "three four")


@AMONG_OTHERS
async def test_simultaneous_presses_on_two_replicas_count_once(
    place: str, empty_harness: ServiceHarness, tmp_path: Path
) -> None:
    harness = empty_harness
    async with EmbeddedRedis(tmp_path / "shared") as url:
        processes = [await harness.start(REDIS_URL=url) for _ in range(2)]
        await harness.ready()
        persona = PERSONAS[place](harness)
        await answered(persona, harness)
        admin = harness.joining(persona, "Root", admin=True)
        await grows(persona, harness, words(2000))
        await asyncio.gather(persona.press(STOP), admin.press(STOP))
        await offers(persona, AGAIN, SPEAK)
        before = len(asked(harness))
        harness.wanjie.script.answer, harness.wanjie.script.hold_after = lambda _: "another answer", 0
        await asyncio.gather(persona.press(AGAIN), admin.press(AGAIN))
        for presser in (persona, admin):
            await told(presser, "One moment…")
        harness.wanjie.script.hold_after = None
        await says(persona, "another answer")
        await answered(persona, harness, "next")
        for process in processes:
            await harness.end(process)

    assert harness.wanjie.abandoned == 1
    # What was said next may be asked by both: by one ahead, and by the other at its turn.
    assert ["next" in messages[-1]["content"] for messages in asked(harness)[before:]].count(False) == 1
