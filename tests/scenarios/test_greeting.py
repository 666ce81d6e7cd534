"""A bot that is added to a group says how to use it, once."""

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.slack.persona import SlackSeat
from bots.sandbox.telegram.persona import TelegramSeat
from tests.scenarios.saying import beginning, echo, says

GREETING = beginning("start.added")


def group(stage: Stage, language: str = "en") -> TelegramSeat:
    """A group on Telegram without the bot."""
    seat = stage.group(language=language)
    seat.chat.bot_status = "left"
    return seat


def channel(stage: Stage, language: str = "en-US") -> SlackSeat:
    """A channel on Slack without the bot."""
    seat = stage.thread(locale=language)
    seat.channel.bot_member = False
    return seat


async def answers_on(stage: Stage, *seats: Seat) -> None:
    """Whatever came before has been answered when this returns."""
    stage.wanjie.script.answer = echo
    for seat in seats:
        await seat.say("hello")
        await says(seat, "answer to hello")


def greetings(seat: Seat) -> int:
    return sum(GREETING in text for text in seat.answers())


async def test_a_group_is_told_how_to_use_the_bot_that_was_added(stage: Stage) -> None:
    telegram, slack = group(stage), channel(stage)
    stage.telegram.add_bot(telegram.chat, telegram.person)
    stage.slack.add_bot(slack.channel, slack.user)
    for seat in (telegram, slack):
        told = await says(seat, GREETING)

        assert "/model" in told
        assert "/help" in told
    (posted,) = [message for message in stage.slack.messages(slack.channel) if message.bot_id]
    assert posted.thread_ts is None

    stage.telegram.promote_bot(telegram.chat, telegram.person)
    await stage.kill(stage.processes[0])
    await stage.start()
    await answers_on(stage, telegram, slack)

    assert greetings(telegram) == 1
    assert sum(GREETING in message.shown for message in stage.slack.messages(slack.channel)) == 1


async def test_a_group_is_told_in_the_language_of_whoever_added_the_bot(stage: Stage) -> None:
    telegram, slack = group(stage, "zh-hans"), channel(stage, "zh-CN")
    stage.telegram.add_bot(telegram.chat, telegram.person)
    stage.slack.add_bot(slack.channel, slack.user)

    for seat in (telegram, slack):
        assert "大家好" in await says(seat, "/model")


async def test_nobody_is_told_where_the_bot_was_or_may_not_write(stage: Stage) -> None:
    muted, private = group(stage), stage.private()
    basic = stage.telegram.group("Old", basic=True)
    stage.telegram.restrict_bot(muted.chat, muted.person)
    moved = TelegramSeat(stage.telegram, private.person, stage.telegram.migrate(basic, private.person))
    private.person.block()
    private.person.unblock()
    new = channel(stage)
    new.channel.bot_member = True
    stage.slack.announcer.joined(new.channel, new.user.id)
    await answers_on(stage, private, new)

    for seat in (muted, moved):
        stage.telegram.promote_bot(seat.chat, seat.person)
    await answers_on(stage, moved, muted)

    assert [greetings(seat) for seat in (muted, private, moved, new)] == [0, 0, 0, 0]
