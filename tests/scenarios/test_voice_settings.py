"""Voice, speed and spoken answers, as a chat chooses them."""

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.conversation_steps import says
from tests.scenarios.voice_steps import hears, notes, spoken, talking


async def test_answers_are_spoken_when_the_chat_wants_it(persona: Persona, harness: ServiceHarness) -> None:
    await talking(persona, harness)
    await persona.say("/voice replies always")
    await says(persona, "Always")
    await talking(persona, harness, "what now?")
    await hears(persona)
    await persona.say("/voice replies off")
    await says(persona, "Never")
    await talking(persona, harness, "and now?")
    await talking(persona, harness, "the end")

    assert [body["input"] for body in spoken(harness)] == ["answer to what now?"]


async def test_an_unspeakable_answer_is_still_shown(direct_persona: Persona, harness: ServiceHarness) -> None:
    await direct_persona.say("/voice replies always")
    await says(direct_persona, "Always")
    harness.wanjie.script.violates_policy = lambda prompt: prompt.startswith("answer")
    await talking(direct_persona, harness)

    await says(direct_persona, "couldn't read this answer aloud")
    await says(direct_persona, "answer to hello")
    assert not notes(direct_persona)


async def test_voice_and_speed_are_set_and_reset(persona: Persona, harness: ServiceHarness) -> None:
    await talking(persona, harness)
    await persona.say("/voice 粤语")
    await says(persona, "粤语")
    await persona.say("/voice speed 1,25")
    await says(persona, "1.25")
    await persona.say("/speak one")
    await hears(persona)
    await persona.say("/voice default")
    await says(persona, "back to the defaults")
    await persona.say("/speak one")
    await hears(persona, 2)

    heard = [(body["voice"], body["speed"]) for body in spoken(harness) if body["input"].startswith("one")]
    assert heard == [("粤语", 1.25), ("普通话", 1.0)]


async def test_a_voice_is_tried_before_it_is_set_and_offered_once_it_has_worked(
    persona: Persona, harness: ServiceHarness
) -> None:
    await talking(persona, harness)
    harness.wanjie.script.voices = ("普通话", "粤语")
    await persona.say("/voice 四川话")
    refused = await says(persona, "doesn't have the voice “四川话”")
    await persona.say("/voice 粤语")
    await says(persona, "is now “粤语”")
    tried = [body["voice"] for body in spoken(harness)]
    await persona.say("/voice")
    await says(persona, "Voice: 粤语")
    offered = [label for label in persona.choices() if "话" in label or "语" in label]
    await persona.choose("普通话")
    await says(persona, "Voice: 普通话")

    assert "普通话" in refused.partition("should work")[2]
    assert tried == ["四川话", "粤语"]
    assert [label.removeprefix("✓ ") for label in offered] == ["普通话", "粤语"]
    await persona.say("/speak one")
    await hears(persona)
    assert spoken(harness)[-1]["voice"] == "普通话"
    assert len(spoken(harness)) == 3


async def test_a_failing_service_sets_no_voice(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.fail_next.append(Failure(403, message="no permission", path="/audio/speech"))
    await direct_persona.say("/voice 粤语")
    await says(direct_persona, "couldn't try the voice “粤语”")
    await direct_persona.say("/voice")

    assert "Voice: 普通话" in await says(direct_persona, "Voice: ")


async def test_the_voice_menu_shows_the_settings_and_changes_in_place(
    persona: Persona, harness: ServiceHarness
) -> None:
    await talking(persona, harness)
    await persona.say("/voice")
    menu = await says(persona, "CosyVoice")
    assert "普通话" in menu
    count = len(persona.answers())
    await persona.choose("1.25")
    await says(persona, "Speed: 1.25")
    await persona.choose("Always")
    await says(persona, "Read answers aloud: Always")

    assert len(persona.answers()) == count
    await talking(persona, harness, "what now?")
    await hears(persona)
    assert spoken(harness)[0]["speed"] == 1.25


async def test_arguments_of_voice_are_understood_or_explained(direct_persona: Persona) -> None:
    for said, part in (
        ("/voice speed", "/voice speed 1.2"),
        ("/voice speed 9", "from 0.25 to 4"),
        ("/voice replies perhaps", "/voice replies always"),
        ("/voice " + "x" * 61, "at most 60"),
        ("/voice 语速 1.5", "is now 1.5"),
        ("/voice 回复 总是", "Always"),
        ("/voice 关闭", "Read answers aloud in this chat: Never"),
        ("/voice 1.2x", "is now 1.2"),
        ("/voice help", "any speed"),
        ("/voice 默认", "back to the defaults"),
    ):
        await direct_persona.say(said)

        await says(direct_persona, part)


async def test_many_voices_are_a_list_that_slack_searches(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    await harness.start(WANJIE_VOICES=",".join(f"voice {number}" for number in range(150)))
    await harness.ready()
    persona = harness.direct()
    await persona.say("/voice")
    await persona.until(persona.choices)
    assert "voice 149" in await persona.search("149")
    await persona.choose("voice 149")

    await says(persona, "voice 149")
