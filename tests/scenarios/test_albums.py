"""Pictures that are sent in one go on Telegram, where each comes as a message of its own."""

from bots.sandbox.harness import Stage
from tests.core.chat.sending import picture
from tests.scenarios.saying import asked, says
from tests.scenarios.test_files import last, pictures, words

EYES = "GPT-4o"


async def test_an_album_is_one_question(empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_stage.private()
    stage.wanjie.script.answer = lambda _: f"answer {len(asked(stage))}."
    await stage.start(WANJIE_DEFAULT_MODEL=EYES)
    await stage.ready()
    for number, caption in enumerate(("compare these", "", "")):
        seat.person.send_photo(seat.chat, picture(100 + number, 80), caption, album="77")
    await says(seat, "answer 1.")
    await seat.say("next")
    await says(seat, "answer 2.")

    first, second = asked(stage)
    assert pictures(first[-1]) == [(100, 80), (101, 80), (102, 80)]
    assert "compare these" in words(first[-1])
    assert words(second[-1]) == "next"
    assert pictures(second[-3]) == pictures(first[-1])


async def test_an_album_survives_a_kill_as_one_question(empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_stage.private()
    stage.wanjie.script.answer = lambda _: "one two three"
    stage.wanjie.script.first_token_delay = 2
    process = await stage.start(WANJIE_DEFAULT_MODEL=EYES)
    await stage.ready()
    for number, caption in enumerate(("", "", "compare these")):
        seat.person.send_photo(seat.chat, picture(100 + number, 80), caption, album="78")
    await seat.until(lambda: asked(stage))
    await stage.kill(process)
    stage.wanjie.script.first_token_delay = 0
    await stage.start(WANJIE_DEFAULT_MODEL=EYES)
    await says(seat, "one two three", 40)
    await seat.say("next")
    await seat.until(lambda: len(asked(stage)) == 3)

    assert pictures(asked(stage)[1][-1]) == [(100, 80), (101, 80), (102, 80)]
    assert words(last(stage)) == "next"
