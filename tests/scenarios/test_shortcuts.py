"""What is used upon other people's messages on Slack, and what is ordered where the bot is no member."""

from bots.sandbox.stage import Stage
from tests.scenarios.drawing import AGAIN, drawn
from tests.scenarios.saying import asked, echo, says


async def test_a_shortcut_or_a_press_in_a_thread_does_not_call_the_bot_into_it(stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    seat = stage.thread()
    bob = stage.slack.user("Bob")
    root = await bob.say(seat.channel, "a red fox in the snow")
    seat.root = root.ts
    await seat.reply("/imagine", "a red fox")
    await drawn(seat)
    await seat.press(AGAIN)
    await drawn(seat, 2)
    await bob.say(seat.channel, "nice, is it not?", thread_ts=root.ts)
    await seat.user.mention(seat.channel, "who are you?", thread_ts=root.ts)
    await says(seat, "answer to who are you?")
    assert len(asked(stage)) == 1

    await bob.say(seat.channel, "and what now?", thread_ts=root.ts)
    await says(seat, "answer to and what now?")
