"""Voice notes that meet bad luck."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.sample_media import make_mp3
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import says
from tests.scenarios.voice_steps import SENTENCE, asked_to_speak, hears, notes, spoken, talking


async def test_an_unknown_voice_is_reported(direct_persona: Persona, harness: ServiceHarness) -> None:
    await direct_persona.say("/voice 粤语")
    await says(direct_persona, "粤语")
    harness.wanjie.script.voices = ("普通话",)
    await direct_persona.say("/speak Good morning!")
    await says(direct_persona, "have the voice “粤语”")
    await direct_persona.say("/voice default")
    await says(direct_persona, "are back to the defaults")
    await direct_persona.say("/speak Good morning!")

    await hears(direct_persona)


async def test_a_chosen_speech_model_that_is_gone_is_replaced_with_a_notice(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    harness.wanjie.script.models += ("old-tts",)
    await direct_persona.say("/model old-tts")
    await says(direct_persona, "old-tts")
    harness.wanjie.script.models = harness.wanjie.script.models[:-1]
    await direct_persona.say("/speak Good morning!")
    await hears(direct_persona)
    await direct_persona.say("/speak Good evening!")
    await hears(direct_persona, 2)

    told = "The speech model `old-tts` is no longer available. Switched to `CosyVoice`."
    assert sum(told.replace("`", "") in answer.replace("`", "") for answer in direct_persona.answers()) == 1
    assert [body["model"] for body in spoken(harness)] == ["old-tts", "CosyVoice", "CosyVoice"]


async def test_a_key_without_a_speech_model_is_explained(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.models = ("deepseek-v3",)
    await direct_persona.say("/speak Good morning!")
    await says(direct_persona, "No speech model")
    await direct_persona.say("/voice")

    await says(direct_persona, "No speech model")
    assert not notes(direct_persona)


async def test_a_content_refusal_is_explained(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.violates_policy = lambda _: True
    await direct_persona.say("/speak Something unfit.")

    await says(direct_persona, "content rules")


async def test_temporary_faults_of_wanjie_are_invisible(direct_persona: Persona, harness: ServiceHarness) -> None:
    await talking(direct_persona, harness)
    harness.wanjie.script.fail_next.extend([Failure(500), Failure(502, html=True)])
    await direct_persona.say("/speak Good morning!")

    await hears(direct_persona)


async def test_corrupt_audio_is_requested_once_more_and_then_explained(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    corrupt = [True]
    harness.wanjie.script.sound = lambda text: b"\xff\xfb no sound" if corrupt and corrupt.pop() else make_mp3(text)
    await direct_persona.say("/speak Good morning!")
    await hears(direct_persona)
    assert len(spoken(harness)) == 2
    harness.wanjie.script.sound = lambda _: b"\xff\xfb no sound"
    await direct_persona.say("/speak Good evening!")

    await says(direct_persona, "can't be played")
    assert len(spoken(harness)) == 4


async def test_of_twenty_thousand_characters_the_beginning_is_spoken(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    harness.wanjie.script.answer = lambda _: "".join(SENTENCE.format(number) for number in range(450))
    harness.wanjie.script.sound = lambda text: make_mp3(text[: len(text) // 20])
    await direct_persona.say("talk at length")
    await says(direct_persona, "number, 449.")
    await direct_persona.say("/speak")
    note = await hears(direct_persona)

    said = " ".join(body["input"] for body in spoken(harness))
    assert "only the beginning" in note.caption
    assert 4500 < len(said) <= 5000
    assert said.endswith(".")


async def test_a_telegram_user_who_forbids_voice_notes_gets_a_file(harness: ServiceHarness) -> None:
    persona = harness.private()
    persona.person.user.forbids_voice = True
    await persona.say("/speak Good morning!")
    note = await hears(persona)

    assert note.kind == "audio"
    assert note.files[0] == make_mp3("Good morning!")
    assert "voice messages aren't allowed here" in note.caption
    assert len(spoken(harness)) == 1


async def test_stop_ends_a_note_that_is_being_spoken(persona: Persona, harness: ServiceHarness) -> None:
    await talking(persona, harness)
    harness.wanjie.script.speech_delay = 30
    await persona.say("/speak Good morning!")
    await asked_to_speak(harness)
    await persona.say("/stop")
    await says(persona, "Stopped.")
    await talking(persona, harness, "what now?")

    assert not notes(persona)


@pytest.fixture(params=PERSONAS)
def empty_persona(request: pytest.FixtureRequest, empty_harness: ServiceHarness) -> Persona:
    """A person in each kind of conversation, before any service runs."""
    return PERSONAS[str(request.param)](empty_harness)


async def test_a_process_killed_while_it_speaks_leaves_one_note(
    empty_persona: Persona, empty_harness: ServiceHarness
) -> None:
    harness, persona = empty_harness, empty_persona
    service = await harness.start()
    await harness.ready()
    await talking(persona, harness)
    harness.wanjie.script.speech_delay = 1.0
    await persona.say("/speak Good morning!")
    await asked_to_speak(harness)
    await harness.kill(service)
    harness.wanjie.script.speech_delay = 0.0
    await harness.start()

    await hears(persona)
    await talking(persona, harness, "what now?")
    assert len(notes(persona)) == 1


async def test_a_process_killed_after_the_upload_leaves_one_note(
    empty_persona: Persona, empty_harness: ServiceHarness
) -> None:
    harness, persona = empty_harness, empty_persona
    service = await harness.start()
    await harness.ready()
    await talking(persona, harness)
    harness.telegram.faults.lose_answer("sendVoice")
    harness.slack.faults.lose_answers("files.completeUploadExternal")
    await persona.say("/speak Good morning!")
    await hears(persona)
    await harness.kill(service)
    await harness.start()

    await talking(persona, harness, "what now?")
    assert len(notes(persona)) == 1


async def test_an_upload_whose_answer_is_lost_leaves_one_note(persona: Persona, harness: ServiceHarness) -> None:
    await talking(persona, harness)
    harness.telegram.faults.lose_answer("sendVoice")
    harness.slack.faults.lose_answers("files.completeUploadExternal")
    await persona.say("/speak Good morning!")
    await hears(persona)

    await talking(persona, harness, "what now?")
    assert len(notes(persona)) == 1
