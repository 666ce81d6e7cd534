"""What is used upon other people's messages on Slack, and what is ordered where the bot is no member."""

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.slack.persona import SlackSeat
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
    await says(seat, "who are you?")
    assert len(asked(stage)) == 1

    await bob.say(seat.channel, "and what now?", thread_ts=root.ts)
    await says(seat, "answer to and what now?")


async def test_a_first_mention_in_a_thread_is_about_what_was_said_there(stage: Stage) -> None:
    seat = stage.thread()
    bob = stage.slack.user("Bob")
    root = await bob.say(seat.channel, "The deploy failed at noon.")
    await bob.say(seat.channel, "The disk was full.", thread_ts=root.ts)
    seat.root = root.ts
    for count, text in enumerate(("why did it fail?", "sure?"), start=1):
        await seat.user.mention(seat.channel, text, thread_ts=root.ts)
        await seat.until(lambda count=count: len(asked(stage)) == count and len(seat.answers()) == count)
    first, second = (questions[-1]["content"] for questions in asked(stage))

    assert first.endswith("> Bob: The deploy failed at noon.\n> Bob: The disk was full.\n\nwhy did it fail?")
    assert second.endswith("sure?")
    assert ">" not in second


@pytest.mark.parametrize("order", ["/imagine a cat", "/speak Good morning!"])
async def test_whoever_orders_something_where_the_bot_is_no_member_is_told_to_invite_it(
    stage: Stage, order: str
) -> None:
    lin = stage.slack.user("Lin")
    seat = SlackSeat(stage.slack, lin, stage.slack.channel("away", bot_member=False, members=[lin]))
    await seat.say(order)

    await says(seat, "Invite me")
    assert len(seat.answers()) == 1


async def test_whoever_orders_a_recording_beside_threads_sees_that_it_is_being_made(stage: Stage) -> None:
    stage.wanjie.script.speech_delay = 0.5
    for seat in (stage.direct(), stage.thread()):
        await seat.say("/speak Good morning!")
        await seat.until(seat.posts)

        assert seat.signs() == ["_is recording…_"]
        assert seat.hints() == []
