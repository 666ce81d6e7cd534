"""What users see when processes die, are stopped or lose the services around them."""

import asyncio
from pathlib import Path

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.telegram.persona import TelegramSeat
from bots.sandbox.wanjie.simulator import Failure
from core.redis import EmbeddedRedis
from tests.scenarios.conftest import SEATS
from tests.scenarios.saying import asked, echo, floods, says, shown, shows, words


@pytest.fixture(params=SEATS)
def empty_seat(request: pytest.FixtureRequest, empty_stage: Stage) -> Seat:
    """A person in each kind of conversation, before any service runs."""
    return SEATS[str(request.param)](empty_stage)


def slow_words(stage: Stage, count: int = 80) -> str:
    stage.wanjie.script.answer = lambda _: words(count)
    stage.wanjie.script.tokens_per_second = 25
    return words(count)


async def test_a_killed_process_s_answer_is_finished_in_the_same_message(empty_seat: Seat, empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_seat
    text = slow_words(stage)
    service = await stage.start()
    await stage.ready()
    await seat.say("count")
    await seat.until(lambda: len(shown(seat)) > 10)
    await stage.kill(service)
    torn = seat.answers()

    await stage.start()
    await shows(seat, text)

    assert len(torn) == len(seat.answers()) == 1
    assert len({step.message for step in seat.steps()}) == 1
    assert not floods(stage)


async def test_messages_before_during_and_after_a_kill_are_answered_once_in_order(
    empty_seat: Seat, empty_stage: Stage
) -> None:
    stage, seat = empty_stage, empty_seat
    stage.wanjie.script.answer = echo
    stage.wanjie.script.first_token_delay = 0.3
    stage.slack.socket.retry_delays = (0.0, 0.5, 1.0)
    service = await stage.start()
    await stage.ready()

    for name in ("one", "two"):
        await seat.say(name)
    await seat.until(seat.answers)
    await stage.kill(service)
    for name in ("three", "four"):
        await seat.say(name)
    await stage.start()
    await asyncio.sleep(1)
    for name in ("five", "six"):
        await seat.say(name)
    await says(seat, "answer to six", 40)

    assert [answer.rpartition(" ")[2] for answer in seat.answers()] == ["one", "two", "three", "four", "five", "six"]
    assert not floods(stage)


async def test_a_kill_at_the_first_words_harms_no_older_message(empty_seat: Seat, empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_seat
    stage.wanjie.script.answer = echo
    service = await stage.start()
    await stage.ready()
    await seat.say("zero")
    await says(seat, "answer to zero")
    text = slow_words(stage, 40)
    await seat.say("/help")
    await seat.say("count")
    await seat.until(lambda: "w0" in shown(seat))
    await stage.kill(service)

    await stage.start()
    await seat.until(lambda: shown(seat)[-40:] == text.split(), 30)
    assert sum("What I can do" in answer for answer in seat.answers()) == 1
    assert sum("answer to zero" in answer for answer in seat.answers()) == 1
    assert shown(seat).count("w0") == 1


async def test_a_kill_at_the_first_words_of_many_answers_leaves_none_torn(empty_stage: Stage) -> None:
    stage = empty_stage
    text = slow_words(stage, 30)
    seats: list[Seat] = [stage.private(f"P{number}") for number in range(8)]
    service = await stage.start()
    await stage.ready()
    for seat in seats:
        await seat.say("count")
    await seats[-1].until(seats[-1].answers)
    await stage.kill(service)

    await stage.start()
    for seat in seats:
        await shows(seat, text, 40)


async def test_a_kill_at_the_first_words_in_two_topics_mixes_nothing_up(empty_stage: Stage) -> None:
    stage = empty_stage
    stage.wanjie.script.answer = lambda messages: words(25, messages[-1]["content"].split(": ")[-1])
    stage.wanjie.script.tokens_per_second = 25
    person = stage.telegram.user(77, "Bob")
    forum = stage.telegram.group("Forum", forum=True, admin=True)
    seats = [
        TelegramSeat(stage.telegram, person, forum, topic=stage.telegram.topic(forum, name)) for name in ("One", "Two")
    ]
    service = await stage.start()
    await stage.ready()
    for name, seat in zip("ab", seats, strict=True):
        await seat.say(name)
    await seats[0].until(lambda: all(seat.answers() for seat in seats))
    await stage.kill(service)

    await stage.start()
    for name, seat in zip("ab", seats, strict=True):
        await shows(seat, words(25, name), 60)
        assert len(seat.answers()) == 1


async def test_what_was_said_meanwhile_is_not_taken_for_a_lost_answer(empty_stage: Stage) -> None:
    stage = empty_stage
    stage.slack.socket.retry_delays = (0.0, 0.5, 1.0)
    seats: list[Seat] = [stage.private(), stage.thread()]
    service = await stage.start()
    await stage.ready()
    text = slow_words(stage, 30)
    for seat in seats:
        await seat.say("count")
        await seat.until(seat.answers)
    await stage.kill(service)
    for seat in seats:
        await seat.say("/help")
        await seat.say("/stop")

    await stage.start()
    for seat in seats:
        await says(seat, "Stopped.", 40)
        await says(seat, "What I can do", 40)
        assert not [answer for answer in seat.answers() if answer.startswith("w0") and answer not in text]


async def test_a_bad_hour_of_telegram_delays_answers_but_loses_none(stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    seats = [stage.private(f"P{number}") for number in range(3)]
    for number in range(2):
        for seat in seats:
            await seat.say(f"q{number}")
            stage.telegram.bad_gateway("sendMessage")
            stage.telegram.lose_answer("sendMessage")
            stage.telegram.bad_gateway("editMessageReplyMarkup")

    for seat in seats:
        await says(seat, "answer to q1", 60)
        assert seat.answers() == ["answer to q0", "answer to q1"]


async def test_a_long_answer_is_finished_page_by_page_after_a_kill(empty_stage: Stage) -> None:
    stage = empty_stage
    seats: list[Seat] = [stage.private(), stage.direct()]
    stage.wanjie.script.answer = lambda _: words(3000)
    stage.wanjie.script.tokens_per_second = 500
    service = await stage.start()
    await stage.ready()
    for seat in seats:
        await seat.say("count")
    await seats[0].until(lambda: len(shown(seats[0])) > 700)
    await stage.kill(service)
    stage.wanjie.script.answer = lambda _: words(2000, "other")

    await stage.start()
    for seat in seats:
        await shows(seat, words(2000, "other"), 60)

    assert not floods(stage)


async def test_sigterm_lets_an_answer_finish(empty_seat: Seat, empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_seat
    text = slow_words(stage, 50)
    service = await stage.start()
    await stage.ready()
    await seat.say("count")
    await seat.until(seat.answers)

    assert await stage.end(service) == 0
    await shows(seat, text)


async def test_sigterm_hands_over_what_takes_too_long(empty_seat: Seat, empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_seat
    text = slow_words(stage, 90)
    service = await stage.start(DRAIN_SECONDS="0.5")
    await stage.ready()
    await seat.say("count")
    await seat.until(seat.answers)

    assert await stage.end(service) == 0
    assert len(shown(seat)) < 90
    await stage.start()
    await shows(seat, text)
    assert len(seat.answers()) == 1


async def test_two_replicas_share_the_work_and_one_may_die(empty_stage: Stage, tmp_path: Path) -> None:
    stage = empty_stage
    async with EmbeddedRedis(tmp_path / "shared") as url:
        first = await stage.start(REDIS_URL=url)
        await stage.ready()
        await stage.start(REDIS_URL=url)
        seats: list[Seat] = [*(stage.private(f"P{n}") for n in range(4)), *(stage.direct(f"D{n}") for n in range(4))]
        text = slow_words(stage)
        for seat in seats:
            await seat.say("count")
        for seat in seats:
            await seat.until(seat.answers)
        await stage.kill(first)

        for seat in seats:
            await shows(seat, text, 40)
        assert all(len(seat.answers()) == 1 for seat in seats)
        assert not floods(stage)
        await stage.end(stage.processes[1])


async def test_an_answer_that_breaks_off_is_written_anew(seat: Seat, stage: Stage) -> None:
    text = slow_words(stage, 60)
    stage.wanjie.script.break_after, stage.wanjie.script.break_times = 30, 1

    await seat.say("count")

    await shows(seat, text)
    assert len(seat.answers()) == 1
    assert len(asked(stage)) == 2


async def test_an_answer_that_always_breaks_off_stands_and_is_explained(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: words(60)
    stage.wanjie.script.break_after = 30

    await seat.say("count")

    await says(seat, "broke off", 40)
    assert shown(seat)[:28] == words(60).split()[:28]  # the page waits with words that may go on


async def test_wanjie_s_passing_faults_are_not_noticed(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    failures = [Failure(500), Failure(429, retry_after=1), Failure(502, html=True)]
    for number, failure in enumerate(failures):
        stage.wanjie.script.fail_next.append(failure)
        await direct_seat.say(f"q{number}")

        await says(direct_seat, f"answer to q{number}")


async def test_telegram_s_passing_faults_lose_nothing(stage: Stage) -> None:
    seat = stage.private()
    text = slow_words(stage, 60)
    stage.telegram.bad_gateway("getUpdates", times=2)
    stage.telegram.bad_gateway("sendMessage", times=2)
    await seat.say("count")
    await seat.until(seat.answers)
    stage.telegram.bad_gateway("editMessageText", times=2)

    await shows(seat, text)


async def test_a_penalty_on_telegram_delays_the_end_but_loses_nothing(stage: Stage) -> None:
    seat = stage.private()
    text = slow_words(stage, 60)
    await seat.say("count")
    await seat.until(seat.answers)
    stage.telegram.fail(
        "editMessageText", 429, "Too Many Requests: retry after 3", parameters={"retry_after": 3}, times=1
    )

    await shows(seat, text)
    calls = [call for call in stage.telegram.calls if call.method in {"sendMessage", "editMessageText"}]
    refused = next(index for index, call in enumerate(calls) if call.status == 429)
    assert calls[refused + 1].at - calls[refused].at >= 3


async def test_slack_s_passing_faults_lose_nothing(stage: Stage) -> None:
    seat = stage.thread()
    text = slow_words(stage, 60)
    stage.slack.faults.break_down("chat.startStream", times=1)
    await seat.say("count")
    await seat.until(seat.answers)
    stage.slack.faults.break_down("chat.appendStream", times=2)
    stage.slack.faults.flood("chat.stopStream", retry_after=2, times=1)
    stage.slack.drop_connections()

    await shows(seat, text)
    await seat.say("again")
    await seat.until(lambda: len(shown(seat)) == 120)


async def test_a_slack_stream_that_dies_is_finished_all_the_same(stage: Stage) -> None:
    stage.slack.rules.stream_lifetime = 1.0
    seat = stage.thread()
    text = slow_words(stage, 80)

    await seat.say("count")

    await shows(seat, text)
    assert len(seat.answers()) == 1


async def test_a_second_service_on_the_same_data_is_refused(stage: Stage) -> None:
    second = await stage.start()

    assert await second.wait() == 1
    assert "cannot start" in stage.logs()
