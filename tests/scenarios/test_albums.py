"""Pictures that are sent in one go on Telegram, where each comes as a message of its own."""

from bots.sandbox.harness import ServiceHarness
from tests.core.chat.sent_files import picture
from tests.scenarios.conversation_steps import asked, says, until_asked
from tests.scenarios.request_steps import VISION_MODEL, last, pictures, words


async def test_an_album_is_one_question(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_harness.private()
    harness.wanjie.script.answer = lambda _: f"answer {len(asked(harness))}."
    await harness.start(WANJIE_DEFAULT_MODEL=VISION_MODEL)
    await harness.ready()
    for number, caption in enumerate(("compare these", "", "")):
        persona.person.send_photo(persona.chat, picture(100 + number, 80), caption, album="77")
    await says(persona, "answer 1.")
    await persona.say("next")
    await says(persona, "answer 2.")

    first, second = asked(harness)
    assert pictures(first[-1]) == [(100, 80), (101, 80), (102, 80)]
    assert "compare these" in words(first[-1])
    assert words(second[-1]) == "next"
    assert pictures(second[-3]) == pictures(first[-1])


async def test_an_album_survives_a_kill_as_one_question(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_harness.private()
    harness.wanjie.script.answer = lambda _: "one two three"
    harness.wanjie.script.hold_after = 0
    process = await harness.start(WANJIE_DEFAULT_MODEL=VISION_MODEL)
    await harness.ready()
    for number, caption in enumerate(("", "", "compare these")):
        persona.person.send_photo(persona.chat, picture(100 + number, 80), caption, album="78")
    await persona.until(lambda: asked(harness))
    await harness.kill(process)
    harness.wanjie.script.hold_after = None
    await harness.start(WANJIE_DEFAULT_MODEL=VISION_MODEL)
    await says(persona, "one two three")
    await persona.say("next")
    await until_asked(harness, 3)

    assert pictures(asked(harness)[1][-1]) == [(100, 80), (101, 80), (102, 80)]
    assert words(last(harness)) == "next"
