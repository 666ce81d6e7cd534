"""Buttons that strangers press, that are pressed twice, too late, or before another process."""

import asyncio
from pathlib import Path

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from core.redis import EmbeddedRedis
from tests.scenarios.conftest import SEATS
from tests.scenarios.hearing import hears, notes
from tests.scenarios.pressing import AGAIN, CONTINUE, SPEAK, STOP, answered, cut, grows, offers, told
from tests.scenarios.saying import asked, last_asked, says, words

OLD, OTHERS, ENDED, STOPPED = "Only the newest", "whoever asked", "finished already", "Stopped."
AMONG_OTHERS = pytest.mark.parametrize("place", ["telegram-group", "slack-thread"])


@AMONG_OTHERS
async def test_a_stranger_presses_nothing(place: str, stage: Stage) -> None:
    seat = SEATS[place](stage)
    await answered(seat, stage)
    stranger = stage.joining(seat, "Bob")
    stage.wanjie.script.finish_reason = "length"
    await grows(seat, stage, words(400))
    await stranger.press(STOP)
    await told(stranger, OTHERS)
    stage.wanjie.script.tokens_per_second = None
    await says(seat, "w399")
    await offers(seat, CONTINUE, AGAIN, SPEAK)
    for count, label in enumerate((CONTINUE, SPEAK, AGAIN), 2):
        await stranger.press(label)
        await told(stranger, OTHERS, count)
    await answered(seat, stage, "next")

    assert stage.wanjie.abandoned == 0
    assert len(asked(stage)) == 3
    assert notes(seat) == []


async def test_an_old_stop_leaves_another_answer_alone(seat: Seat, stage: Stage) -> None:
    await grows(seat, stage, words(400), "one")
    press_old = seat.press_later(STOP)
    stage.wanjie.script.tokens_per_second = None
    await offers(seat, AGAIN, SPEAK)
    await grows(seat, stage, words(400, "v"), "two")
    await press_old()
    await told(seat, ENDED)
    stage.wanjie.script.tokens_per_second = None
    await says(seat, "v399")

    assert stage.wanjie.abandoned == 0


async def test_an_answer_is_continued_once_and_only_while_it_is_the_newest(seat: Seat, stage: Stage) -> None:
    await cut(seat, stage)
    press_old = seat.press_later(CONTINUE)
    stage.wanjie.script.answer = lambda _: " three four"
    stage.wanjie.script.finish_reason = "stop"
    await asyncio.gather(press_old(), press_old())
    await offers(seat, AGAIN, SPEAK)
    await answered(seat, stage, "next")
    await press_old()
    await told(seat, OLD)
    await answered(seat, stage, "last")

    said = last_asked(stage)
    assert said == ["count", "one two three four", "next", "answer to next", "last"]
    assert len(asked(stage)) == 4


async def test_stop_continue_and_speak_work_after_a_restart(empty_stage: Stage) -> None:
    stage = empty_stage
    process = await stage.start(DRAIN_SECONDS="0.5")
    await stage.ready()
    seats: list[Seat] = [stage.private(), stage.thread()]
    for seat in seats:
        await grows(seat, stage, words(2000))
    stops = [seat.press_later(STOP) for seat in seats]
    await stage.end(process)
    process = await stage.start()
    asked_before = len(asked(stage))
    await seats[0].until(lambda: len(asked(stage)) == asked_before + 2)
    for seat, press in zip(seats, stops, strict=True):
        await press()
        await told(seat, STOPPED)
        await offers(seat, AGAIN, SPEAK)
    stage.wanjie.script.tokens_per_second = None
    for seat in seats:
        await cut(seat, stage, question="again")
    await stage.kill(process)
    await stage.start()
    stage.wanjie.script.answer = lambda _: " three four"
    stage.wanjie.script.finish_reason = "stop"
    for seat in seats:
        await seat.press(SPEAK)
        await hears(seat, seconds=40)
        await seat.press(CONTINUE)
        await says(seat, "three four")


@AMONG_OTHERS
async def test_two_replicas_and_two_people_do_once_what_is_pressed_at_once(
    place: str, empty_stage: Stage, tmp_path: Path
) -> None:
    stage = empty_stage
    async with EmbeddedRedis(tmp_path / "shared") as url:
        processes = [await stage.start(REDIS_URL=url) for _ in range(2)]
        await stage.ready()
        seat = SEATS[place](stage)
        await answered(seat, stage)
        admin = stage.joining(seat, "Root", admin=True)
        await grows(seat, stage, words(2000))
        await asyncio.gather(seat.press(STOP), admin.press(STOP))
        await offers(seat, AGAIN, SPEAK)
        before = len(asked(stage))
        stage.wanjie.script.answer = lambda _: "another answer"
        await asyncio.gather(seat.press(AGAIN), admin.press(AGAIN))
        await says(seat, "another answer")
        await answered(seat, stage, "next")
        for process in processes:
            await stage.end(process)

    assert stage.wanjie.abandoned == 1
    assert len(asked(stage)) == before + 2
