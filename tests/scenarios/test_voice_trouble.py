"""Voice notes that meet bad luck."""

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie.sample_media import mp3
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.conftest import SEATS
from tests.scenarios.hearing import SENTENCE, asked_to_speak, hears, notes, spoken, talking
from tests.scenarios.saying import says


async def test_a_voice_that_the_model_does_not_know_is_named(direct_seat: Seat, stage: Stage) -> None:
    await direct_seat.say("/voice 粤语")
    await says(direct_seat, "粤语")
    stage.wanjie.script.voices = ("普通话",)
    await direct_seat.say("/speak Good morning!")
    await says(direct_seat, "does not know the voice “粤语”")
    await direct_seat.say("/voice default")
    await says(direct_seat, "usual")
    await direct_seat.say("/speak Good morning!")

    await hears(direct_seat)


async def test_a_chosen_model_that_is_gone_is_replaced_with_a_word(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.models += ("old-tts",)
    await direct_seat.say("/model old-tts")
    await says(direct_seat, "old-tts")
    stage.wanjie.script.models = stage.wanjie.script.models[:-1]
    await direct_seat.say("/speak Good morning!")
    await hears(direct_seat)
    await direct_seat.say("/speak Good evening!")
    await hears(direct_seat, 2)

    told = "The speech model `old-tts` is not available to this service any more, so `CosyVoice` speaks from now on."
    assert sum(told.replace("`", "") in answer.replace("`", "") for answer in direct_seat.answers()) == 1
    assert [body["model"] for body in spoken(stage)] == ["old-tts", "CosyVoice", "CosyVoice"]


async def test_a_key_without_a_speech_model_is_told(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.models = ("deepseek-v3",)
    await direct_seat.say("/speak Good morning!")
    await says(direct_seat, "no speech model")
    await direct_seat.say("/voice")

    await says(direct_seat, "no speech model")
    assert not notes(direct_seat)


async def test_a_content_refusal_is_told_as_such(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.refuse = lambda _: True
    await direct_seat.say("/speak Something unfit.")

    await says(direct_seat, "content rules")


async def test_passing_faults_of_wanjie_are_not_noticed(direct_seat: Seat, stage: Stage) -> None:
    await talking(direct_seat, stage)
    stage.wanjie.script.fail_next.extend([Failure(500), Failure(502, html=True)])
    await direct_seat.say("/speak Good morning!")

    await hears(direct_seat)


async def test_a_corrupt_sound_is_asked_for_once_more_and_then_told(direct_seat: Seat, stage: Stage) -> None:
    corrupt = [True]
    stage.wanjie.script.sound = lambda text: b"\xff\xfb no sound" if corrupt and corrupt.pop() else mp3(text)
    await direct_seat.say("/speak Good morning!")
    await hears(direct_seat)
    assert len(spoken(stage)) == 2
    stage.wanjie.script.sound = lambda _: b"\xff\xfb no sound"
    await direct_seat.say("/speak Good evening!")

    await says(direct_seat, "cannot be played")
    assert len(spoken(stage)) == 4


async def test_of_twenty_thousand_characters_the_beginning_is_spoken(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: "".join(SENTENCE.format(number) for number in range(450))
    stage.wanjie.script.sound = lambda text: mp3(text[: len(text) // 20])
    await direct_seat.say("talk at length")
    await says(direct_seat, "number, 449.", 40)
    await direct_seat.say("/speak")
    note = await hears(direct_seat, seconds=40)

    said = " ".join(body["input"] for body in spoken(stage))
    assert "only the beginning" in note.caption
    assert 4500 < len(said) <= 5000
    assert said.endswith(".")


async def test_who_forbids_voice_notes_on_telegram_gets_a_file(stage: Stage) -> None:
    seat = stage.private()
    seat.person.user.forbids_voice = True
    await seat.say("/speak Good morning!")
    note = await hears(seat)

    assert note.kind == "audio"
    assert note.files[0] == mp3("Good morning!")
    assert "voice notes are not allowed here" in note.caption
    assert len(spoken(stage)) == 1


async def test_stop_ends_a_note_that_is_being_spoken(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    stage.wanjie.script.speech_delay = 30
    await seat.say("/speak Good morning!")
    await asked_to_speak(stage)
    await seat.say("/stop")
    await says(seat, "Stopped.")
    await talking(seat, stage, "what now?")

    assert not notes(seat)


@pytest.fixture(params=SEATS)
def empty_seat(request: pytest.FixtureRequest, empty_stage: Stage) -> Seat:
    """A person in each kind of conversation, before any service runs."""
    return SEATS[str(request.param)](empty_stage)


async def test_a_process_killed_while_it_speaks_leaves_one_note(empty_seat: Seat, empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_seat
    service = await stage.start()
    await stage.ready()
    await talking(seat, stage)
    stage.wanjie.script.speech_delay = 1.0
    await seat.say("/speak Good morning!")
    await asked_to_speak(stage)
    await stage.kill(service)
    stage.wanjie.script.speech_delay = 0.0
    await stage.start()

    await hears(seat, seconds=40)
    await talking(seat, stage, "what now?")
    assert len(notes(seat)) == 1


async def test_a_process_killed_after_the_upload_leaves_one_note(empty_seat: Seat, empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_seat
    service = await stage.start()
    await stage.ready()
    await talking(seat, stage)
    stage.telegram.lose_answer("sendVoice")
    stage.slack.faults.lose_answers("files.completeUploadExternal")
    await seat.say("/speak Good morning!")
    await hears(seat)
    await stage.kill(service)
    await stage.start()

    await talking(seat, stage, "what now?")
    assert len(notes(seat)) == 1


async def test_an_upload_whose_answer_is_lost_leaves_one_note(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    stage.telegram.lose_answer("sendVoice")
    stage.slack.faults.lose_answers("files.completeUploadExternal")
    await seat.say("/speak Good morning!")
    await hears(seat)

    await talking(seat, stage, "what now?")
    assert len(notes(seat)) == 1
