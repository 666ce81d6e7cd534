"""A bot that is added to a group says how to use it, once."""

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.conversation_steps import beginning, echo, says
from tests.scenarios.new_place_steps import channel, group

GREETING = beginning("start.added")


async def answers_on(harness: ServiceHarness, *personas: Persona) -> None:
    """Whatever came before has been answered when this returns."""
    harness.wanjie.script.answer = echo
    for persona in personas:
        await persona.say("hello")
        await says(persona, "answer to hello")


def greetings(persona: Persona) -> int:
    return sum(GREETING in text for text in persona.answers())


async def test_a_group_is_greeted_when_the_bot_is_added(harness: ServiceHarness) -> None:
    telegram, slack = group(harness), channel(harness)
    harness.telegram.add_bot(telegram.chat, telegram.person)
    harness.slack.add_bot(slack.channel, slack.user)
    for persona in (telegram, slack):
        told = await says(persona, GREETING)

        assert "/model" in told
        assert "/help" in told
        assert "Explain what a deadlock is" in told
    (posted,) = [message for message in harness.slack.messages(slack.channel) if message.bot_id]
    assert posted.thread_ts is None

    harness.telegram.promote_bot(telegram.chat, telegram.person)
    await harness.kill(harness.processes[0])
    await harness.start()
    await answers_on(harness, telegram, slack)

    assert greetings(telegram) == 1
    assert sum(GREETING in message.shown for message in harness.slack.messages(slack.channel)) == 1


async def test_the_greeting_is_in_the_language_of_the_user_who_added_the_bot(harness: ServiceHarness) -> None:
    telegram, slack = group(harness, "zh-hans"), channel(harness, "zh-CN")
    harness.telegram.add_bot(telegram.chat, telegram.person)
    harness.slack.add_bot(slack.channel, slack.user)

    for persona in (telegram, slack):
        assert "大家好" in await says(persona, "/model")


async def test_no_greeting_where_the_bot_already_was_or_may_not_write(harness: ServiceHarness) -> None:
    muted, private = group(harness), harness.private()
    basic = harness.telegram.group("Old", basic=True)
    harness.telegram.restrict_bot(muted.chat, muted.person)
    moved = TelegramPersona(harness.telegram, private.person, harness.telegram.migrate(basic, private.person))
    private.person.block()
    private.person.unblock()
    new = channel(harness)
    new.channel.bot_member = True
    harness.slack.announcer.announce_join(new.channel, new.user.id)
    await answers_on(harness, private, new)

    for persona in (muted, moved):
        harness.telegram.promote_bot(persona.chat, persona.person)
    await answers_on(harness, moved, muted)

    assert [greetings(persona) for persona in (muted, private, moved, new)] == [0, 0, 0, 0]


async def test_the_greeting_says_which_messages_the_bot_sees(harness: ServiceHarness) -> None:
    private, public, admin = group(harness), group(harness), group(harness)
    harness.telegram.add_bot(private.chat, private.person)
    assert "Privacy mode is on" in await says(private, GREETING)
    admin.chat.bot_status = "left"
    harness.telegram.promote_bot(admin.chat, admin.person)
    assert "I see all messages here" in await says(admin, GREETING)
    harness.telegram.privacy = False
    harness.telegram.add_bot(public.chat, public.person)
    told = await says(public, GREETING)

    assert "I see all messages here" in told
    assert "/settings" in told
