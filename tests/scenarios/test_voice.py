"""Voice notes, on every kind of conversation."""

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.telegram.persona import TelegramSeat
from bots.sandbox.wanjie.sample_media import mp3
from tests.scenarios.hearing import PACE, SENTENCE, hears, length, notes, spoken, talking
from tests.scenarios.saying import says


def is_telegram(seat: Seat) -> bool:
    return isinstance(seat, TelegramSeat)


async def test_a_text_is_spoken_as_a_voice_note(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    await seat.say("/speak Good morning, dear friends!")
    note = await hears(seat)

    assert [body["input"] for body in spoken(stage)] == ["Good morning, dear friends!"]
    expected = len("Good morning, dear friends!") / PACE
    assert length(note.files[0]) == pytest.approx(expected, abs=0.2)
    if is_telegram(seat):
        assert note.kind == "voice"
        assert note.files[0].startswith(b"OggS")
        assert note.seconds == pytest.approx(expected, abs=1)
    else:
        assert note.files[0] == mp3("Good morning, dear friends!")
        assert [file.title for file in stage.slack.workspace.files.values()] == ["Good morning, dear friends!"]


async def test_while_it_is_spoken_telegram_shows_a_recording(stage: Stage) -> None:
    seat = stage.private()
    stage.wanjie.script.speech_delay = 0.5
    await seat.say("/speak Good morning!")
    await hears(seat)

    assert seat.signs() == ["record_voice"]


async def test_while_it_is_spoken_slack_shows_a_status_in_the_thread(stage: Stage) -> None:
    seat = stage.thread()
    await talking(seat, stage)
    before = len(seat.signs())
    stage.wanjie.script.speech_delay = 0.5
    await seat.say("/speak Good morning!")
    await hears(seat)

    assert len(seat.signs()) > before
    await seat.until(lambda: _status(stage) == "")


async def test_a_status_of_slack_does_not_outlive_work_that_ends_in_a_whisper(stage: Stage) -> None:
    seat = stage.thread()
    await talking(seat, stage)
    await seat.until(lambda: "Speak" in " ".join(seat.buttons()))
    stage.wanjie.script.refuse, stage.wanjie.script.speech_delay = lambda _: True, 0.5
    await seat.press("Speak")
    await seat.until(lambda: _status(stage) == "is recording…")
    await seat.until(lambda: "content rules" in " ".join(seat.answers()))

    await seat.until(lambda: _status(stage) == "")


def _status(stage: Stage) -> str:
    return stage.slack.statuses[-1].text


async def test_a_long_text_is_joined_from_several_requests(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    text = "".join(SENTENCE.format(number) for number in range(45)).strip()
    await seat.say(f"/speak {text}")
    note = await hears(seat, seconds=60)

    pieces = [body["input"] for body in spoken(stage)]
    assert len(text) > 2000
    assert len(pieces) == 4
    assert " ".join(piece.strip() for piece in pieces) == text
    assert length(note.files[0]) == pytest.approx(len("".join(pieces)) / PACE, rel=0.02)


async def test_a_message_is_spoken_by_a_reply(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    await talking(seat, stage, "what now?")
    await seat.reply("/speak", "answer to hello")
    await hears(seat)

    assert [body["input"] for body in spoken(stage)] == ["answer to hello."]


async def test_without_a_text_the_newest_answer_is_spoken(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    await talking(seat, stage, "what now?")
    await seat.say("/speak")
    await hears(seat)

    assert [body["input"] for body in spoken(stage)] == ["answer to what now?"]


async def test_with_nothing_to_speak_it_says_how(direct_seat: Seat, stage: Stage) -> None:
    await direct_seat.say("/speak")
    await says(direct_seat, "/speak Good morning!")
    await direct_seat.say("/speak ---")
    await says(direct_seat, "nothing in this message")

    assert not spoken(stage)


async def test_the_button_under_an_answer_speaks_it(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    await seat.until(lambda: any("Speak" in label for label in seat.buttons()))
    await seat.press(next(label for label in seat.buttons() if "Speak" in label))
    await hears(seat)

    assert [body["input"] for body in spoken(stage)] == ["answer to hello."]


async def test_the_button_of_an_answer_that_is_forgotten_speaks_what_it_stands_under(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    await seat.until(lambda: any("Speak" in label for label in seat.buttons()))
    await seat.say("/new")
    await says(seat, "new conversation")
    await seat.press(next(label for label in seat.buttons() if "Speak" in label))
    await hears(seat)

    assert "answer to hello" in spoken(stage)[0]["input"]


async def test_markdown_is_spoken_as_words(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: "**Bold**, see [the page](https://example.org).\n\n```python\nx = 1\n```"
    await direct_seat.say("hello")
    await says(direct_seat, "Bold")
    await direct_seat.say("/speak")
    await hears(direct_seat)

    (asked,) = [body["input"] for body in spoken(stage)]
    assert "Bold, see the page" in asked
    assert not {"*", "`", "https"} & set(asked.split())
    assert "x = 1" not in asked
    assert "code" in asked


async def test_the_same_again_is_not_asked_for_again(direct_seat: Seat, stage: Stage) -> None:
    for count in (1, 2):
        await direct_seat.say("/speak Good morning!")
        await hears(direct_seat, count)

    first, second = notes(direct_seat)
    assert first.files == second.files
    assert len(spoken(stage)) == 1
