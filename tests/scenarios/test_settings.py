# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""`/settings` and `/language`: one menu of all choices, and what those of a group do."""

from __future__ import annotations

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.conversation_steps import asked, last_asked, says, until_asked
from tests.scenarios.model_menu_steps import begun
from tests.scenarios.settings_steps import offers, picks


async def test_one_menu_leads_to_every_choice_and_back(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    await persona.say("/settings")
    await offers(persona, "Model: deepseek-v3", "Voice: ", "Thinking: Fold", "Language: Automatic")
    await picks(persona, "Thinking", "Full", "↩ Settings")
    await picks(persona, "Full", "✓ Full")
    await picks(persona, "↩ Settings", "Thinking: Full")
    await picks(persona, "Model", "kimi-k2", "↩ Settings")
    await picks(persona, "kimi-k2", "✓ kimi-k2")
    await picks(persona, "↩ Settings", "Model: kimi-k2")
    await picks(persona, "Language", "✓ Automatic", "English", "中文")
    await picks(persona, "中文", "✓ 中文", "↩ 设置")
    await picks(persona, "↩ 设置", "语言：中文", "思考过程：全部")
    await persona.say("/stop")
    await says(persona, "现在没有正在生成的回答")


async def test_a_group_remembers_each_person(harness: ServiceHarness) -> None:
    ada = harness.group()
    assert isinstance(ada, TelegramPersona)
    bob = harness.joining(ada, "Bob")
    harness.telegram.promote(ada.chat, ada.person)
    await begun(ada, harness)

    await ada.say("/settings")
    await picks(ada, "Memory: Shared", "✓ Shared", "Each person", "Each thread")
    await picks(ada, "Each person", "✓ Each person")
    for number, (person, text) in enumerate([(ada, "a1"), (bob, "b1"), (ada, "a2")], 2):
        await person.say(text)
        await says(person, f"answer to {text}")
        await until_asked(harness, number)
    assert last_asked(harness) == ["a1", "answer to a1", "a2"]
    await bob.say("/new")
    await says(bob, "New conversation")
    await bob.say("b2")
    await says(bob, "answer to b2")
    assert last_asked(harness) == ["b2"]
    await bob.say("b3")
    await says(bob, "answer to b3")
    await ada.press("Regenerate")  # an admin presses under Bob's answer
    await until_asked(harness, 7)
    assert last_asked(harness) == ["b2", "answer to b2", "b3"]


async def test_a_group_remembers_each_thread_of_replies(harness: ServiceHarness) -> None:
    ada = harness.group()
    assert isinstance(ada, TelegramPersona)
    bob = harness.joining(ada, "Bob")
    harness.telegram.promote(ada.chat, ada.person)
    await begun(ada, harness)
    await ada.say("/settings")
    await picks(ada, "Memory: Shared", "Each thread")
    await picks(ada, "Each thread", "✓ Each thread")
    await ada.say("t1")
    answer = await says(ada, "answer to t1")
    await bob.say("elsewhere")
    await says(bob, "answer to elsewhere")
    await bob.reply("t2", answer)
    await says(bob, "answer to t2")

    assert last_asked(harness) == ["t1", "answer to t1", "t2"]


async def test_admins_may_keep_the_choices_for_themselves(harness: ServiceHarness) -> None:
    for admin in (harness.group(), harness.thread()):
        await begun(admin, harness)
        if isinstance(admin, TelegramPersona):
            harness.telegram.promote(admin.chat, admin.person)
        else:
            admin = harness.joining(admin, "Boss", admin=True)  # noqa: PLW2901 - whoever decides here
        member = harness.joining(admin, "Mel")
        await member.say("/settings")
        await picks(member, "Who may change this: Everybody", "✓ Everybody", "Admins")
        await member.choose("Admins")
        await member.until(lambda who=member: any("Only admins" in hint for hint in who.hints()))
        await admin.choose("Admins")
        await offers(admin, "✓ Admins")
        await member.say("/reasoning full")
        await says(member, "Only admins")


async def test_a_language_holds_for_everybody_in_a_chat(harness: ServiceHarness) -> None:
    person = harness.group()
    await person.say("/language 中文")
    await says(person, "我会说中文")
    other = harness.joining(person, "Bob")
    await other.say("/retry")
    await says(other, "还没有可以重新回答的问题")
    await other.say("/language auto")
    await other.say("/retry")
    await says(other, "no question to answer again")
    await other.say("/language klingon")
    await offers(other, "✓ Automatic", "English", "中文")
    assert not asked(harness)
