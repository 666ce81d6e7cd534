"""Voice, speed and spoken answers, as a chat chooses them."""

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.hearing import hears, notes, spoken, talking
from tests.scenarios.saying import says


async def test_answers_are_spoken_always_when_that_is_wanted(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    await seat.say("/voice replies always")
    await says(seat, "Always")
    await talking(seat, stage, "what now?")
    await hears(seat)
    await seat.say("/voice replies off")
    await says(seat, "Never")
    await talking(seat, stage, "and now?")
    await talking(seat, stage, "the end")

    assert [body["input"] for body in spoken(stage)] == ["answer to what now?"]


async def test_an_answer_that_cannot_be_spoken_stands_all_the_same(direct_seat: Seat, stage: Stage) -> None:
    await direct_seat.say("/voice replies always")
    await says(direct_seat, "Always")
    stage.wanjie.script.refuse = lambda prompt: prompt.startswith("answer")
    await talking(direct_seat, stage)

    await says(direct_seat, "could not read this answer aloud")
    await says(direct_seat, "answer to hello")
    assert not notes(direct_seat)


async def test_voice_and_speed_are_chosen_and_taken_back(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    await seat.say("/voice 粤语")
    await says(seat, "粤语")
    await seat.say("/voice speed 1,25")
    await says(seat, "1.25")
    await seat.say("/speak one")
    await hears(seat)
    await seat.say("/voice default")
    await says(seat, "usual")
    await seat.say("/speak one")
    await hears(seat, 2)

    heard = [(body["voice"], body["speed"]) for body in spoken(stage) if body["input"].startswith("one")]
    assert heard == [("粤语", 1.25), ("普通话", 1.0)]


async def test_a_voice_is_tried_before_it_is_set_and_offered_once_it_has_worked(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    stage.wanjie.script.voices = ("普通话", "粤语")
    await seat.say("/voice 四川话")
    refused = await says(seat, "doesn't know the voice “四川话”")
    await seat.say("/voice 粤语")
    await says(seat, "“粤语” is the voice")
    tried = [body["voice"] for body in spoken(stage)]
    await seat.say("/voice")
    await says(seat, "Voice: 粤语")
    offered = [label for label in seat.choices() if "话" in label or "语" in label]
    await seat.choose("普通话")
    await says(seat, "Voice: 普通话")

    assert "普通话" in refused.partition("should work")[2]
    assert tried == ["四川话", "粤语"]
    assert [label.removeprefix("✓ ") for label in offered] == ["普通话", "粤语"]
    await seat.say("/speak one")
    await hears(seat)
    assert spoken(stage)[-1]["voice"] == "普通话"
    assert len(spoken(stage)) == 3


async def test_a_service_that_fails_sets_no_voice(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.fail_next.append(Failure(403, message="no permission", path="/audio/speech"))
    await direct_seat.say("/voice 粤语")
    await says(direct_seat, "couldn't try the voice “粤语”")
    await direct_seat.say("/voice")

    assert "Voice: 普通话" in await says(direct_seat, "Voice: ")


async def test_the_menu_shows_what_holds_and_changes_in_place(seat: Seat, stage: Stage) -> None:
    await talking(seat, stage)
    await seat.say("/voice")
    menu = await says(seat, "CosyVoice")
    assert "普通话" in menu
    count = len(seat.answers())
    await seat.choose("1.25")
    await says(seat, "Speed: 1.25")
    await seat.choose("Always")
    await says(seat, "Spoken answers: Always")

    assert len(seat.answers()) == count
    await talking(seat, stage, "what now?")
    await hears(seat)
    assert spoken(stage)[0]["speed"] == 1.25


async def test_what_is_said_to_voice_is_understood_or_explained(direct_seat: Seat) -> None:
    for said, part in (
        ("/voice speed", "/voice speed 1.2"),
        ("/voice speed 9", "from 0.25 to 4"),
        ("/voice replies perhaps", "/voice replies always"),
        ("/voice " + "x" * 61, "at most 60"),
        ("/voice 语速 1.5", "the speed 1.5"),
        ("/voice 回复 总是", "Always"),
        ("/voice 关闭", "Spoken answers in this chat: Never"),
        ("/voice 1.2x", "the speed 1.2"),
        ("/voice help", "any speed"),
        ("/voice 默认", "usual"),
    ):
        await direct_seat.say(said)

        await says(direct_seat, part)
