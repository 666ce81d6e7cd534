"""Who writes on Telegram, and where."""

from __future__ import annotations

from bots.sandbox.stage import Stage
from tests.scenarios.pressing import AGAIN
from tests.scenarios.saying import says


async def test_whoever_writes_as_a_channel_can_press_the_buttons_of_their_answer(stage: Stage) -> None:
    seat = stage.group()
    channel = stage.telegram.channel("News")
    stage.wanjie.script.answer = lambda _: "one answer"
    seat.person.say(seat.chat, "@wanjie_bot why?", sender_chat=channel)
    await says(seat, "one answer")
    await seat.until(lambda: any(AGAIN in label for label in seat.buttons()))
    stage.wanjie.script.answer = lambda _: "another answer"
    await seat.press(AGAIN)

    await says(seat, "another answer")
