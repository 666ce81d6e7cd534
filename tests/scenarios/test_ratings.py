"""Thumbs under answers are counted by model, and shown to admins."""

from __future__ import annotations

import asyncio

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.conversation_steps import asked
from tests.scenarios.model_menu_steps import begun
from tests.scenarios.test_access import claim


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

    async with asyncio.timeout(20):
        told = ""
        while "deepseek-v3: 👍 2, 👎 1" not in told:
            await owner.say("/usage all")
            told = (await owner.until(lambda: [text for text in owner.answers() if "Everybody" in text]))[-1]
            await asyncio.sleep(0.5)
    assert len(asked(harness)) == 2
