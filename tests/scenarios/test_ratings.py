"""Thumbs under answers are counted by model, and shown to admins."""

from __future__ import annotations

import asyncio

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.access_steps import claim
from tests.scenarios.button_steps import grows, told
from tests.scenarios.conversation_steps import asked, says, words
from tests.scenarios.model_menu_steps import begun


async def test_thumbs_are_counted_once_for_each_person_and_model(empty_harness: ServiceHarness) -> None:
    harness, owner = empty_harness, empty_harness.private("Owner")
    telegram = harness.telegram
    await harness.start(ACCESS_MODE="pairing")
    await harness.ready()
    await claim(harness, owner)
    chat = telegram.group("Friends")
    chat.bot_status = "left"
    telegram.add_bot(chat, owner.person)
    telegram.promote_bot(chat, owner.person)
    group = TelegramPersona(telegram, owner.person, chat)
    bob = telegram.user(77, "Bob")
    for persona in (owner, group):
        await begun(persona, harness)
        await persona.until(lambda who=persona: any("Regenerate" in label for label in who.buttons()))
    answers = [telegram.messages(persona.chat.id)[-1] for persona in (owner, group)]
    question = next(message for message in telegram.messages(chat.id) if "hello" in message.text)
    owner.person.react(answers[0], "👍")
    owner.person.react(answers[1], "👎")
    owner.person.react(answers[1], "👍", "🎉")
    bob.react(answers[1], "👎")
    bob.react(question, "👎")  # no answer of the bot's

    async with asyncio.timeout(60):
        told = ""
        while "deepseek-v3: 👍 2, 👎 1" not in told:
            await owner.say("/usage all")
            told = (await owner.until(lambda: [text for text in owner.answers() if "Everybody" in text]))[-1]
            await asyncio.sleep(0.5)
    assert len(asked(harness)) == 2


async def test_on_slack_buttons_rate_an_answer_once_for_each_person(empty_harness: ServiceHarness) -> None:
    harness, owner, ann = empty_harness, empty_harness.direct("Owner"), empty_harness.thread(name="Ann")
    await harness.start(ACCESS_MODE="pairing")
    await harness.ready()
    await claim(harness, owner)
    await owner.say(f"/admin allow sl:{ann.user.id}")
    await says(owner, "Done")
    bob = harness.joining(ann, "Bob")
    assert isinstance(bob, SlackPersona)
    await owner.say(f"/admin allow sl:{bob.user.id}")
    await begun(ann, harness)
    await ann.until(ann.ratings)
    await ann.say("again")
    await says(ann, "answer to again")
    await ann.until(lambda: len(ann.ratings()) == 2)
    bob.root = ann.root
    await grows(ann, harness, words(400))  # a press waits for no answer

    for label in ("👍", "👎", "👎"):
        await ann.rate(label, "answer to hello")  # by now an older one
    await told(ann, "`!model` switches", 2)
    await ann.rate("👍", "answer to again")
    await bob.rate("👍", "answer to hello")
    await told(bob, "Thanks")
    await told(ann, "Thanks", 4)
    harness.wanjie.script.tokens_per_second = None

    await owner.say("/usage all")
    used = await says(owner, "Everybody")
    assert "`deepseek-v3`: 👍 2, 👎 1" in used
