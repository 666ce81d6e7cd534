"""Telegram's guest mode: people mention the bot in chats where it is no member."""

from __future__ import annotations

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.state import Chat, Message
from core.chat.text.translations import Translations
from tests.scenarios.access_steps import claim, start
from tests.scenarios.conversation_steps import asked, beginning, last_asked, says, words

EMPTY = "Yes? Write your question after my name. /help shows what I can do."


def answers(harness: ServiceHarness, chat: Chat) -> list[Message]:
    return [message for message in harness.telegram.messages(chat.id) if message.sender is harness.telegram.bot]


def texts(harness: ServiceHarness, chat: Chat) -> list[str]:
    return [message.text for message in answers(harness, chat)]


async def test_a_guest_answers_who_may_use_it_with_what_they_reply_to(empty_harness: ServiceHarness) -> None:
    harness, root, mallory = empty_harness, empty_harness.private("Root"), empty_harness.private("Mallory", "zh-hans")
    await start(harness, TELEGRAM_GUEST="on")
    await claim(harness, root)
    chat = harness.telegram.channel("Elsewhere")
    said = mallory.person.call_guest(chat, "@wanjie_bot 你好")
    await root.until(lambda: texts(harness, chat))
    asking = root.person.call_guest(chat, "@wanjie_bot what is that?", reply_to=said)
    await root.until(lambda: "answer to " in "".join(texts(harness, chat)))
    for text in ("@wanjie_bot !imagine a cat", "@wanjie_bot"):
        root.person.call_guest(chat, text)
    await root.until(lambda: len(texts(harness, chat)) == 4 and "…" not in texts(harness, chat))
    await mallory.say("你好")
    await says(root, "Mallory")  # admins are asked from where the answer can be told

    refused, answer, *others = answers(harness, chat)
    assert refused.text == Translations().text("access.ask", "zh")
    assert answer.text.endswith("你好\n\nwhat is that?")
    assert (answer.reply_to, answer.buttons) == (asking, [])
    assert {other.text for other in others} == {Translations().plain_text("inline.no_commands", "en"), EMPTY}
    assert "你好" in last_asked(harness)[-1]
    assert [sum(turn["role"] == "user" for turn in messages) for messages in asked(harness)] == [1]


async def test_a_killed_process_s_guest_answer_is_finished_in_the_same_message(empty_harness: ServiceHarness) -> None:
    harness, chat = empty_harness, empty_harness.telegram.channel("Elsewhere")
    harness.wanjie.script.answer = lambda _: words(100)
    harness.wanjie.script.hold_after = 20
    ada = harness.private()
    service = await harness.start(TELEGRAM_GUEST="on")
    await harness.ready()
    ada.person.call_guest(chat, "@wanjie_bot count")
    await ada.until(lambda: "w0" in "".join(texts(harness, chat)))
    await harness.kill(service)
    torn = texts(harness, chat)
    harness.wanjie.script.hold_after = None
    await harness.start(TELEGRAM_GUEST="on")
    await ada.until(lambda: texts(harness, chat) == [words(100)])

    (answer,) = answers(harness, chat)
    assert answer.edits[0].text == "…"  # before there was a word of the answer
    assert "w99" not in torn[0]
    assert not harness.telegram.violations


async def test_guest_mode_is_off_unless_it_is_switched_on(harness: ServiceHarness) -> None:
    ada, chat = harness.private(), harness.telegram.channel("Elsewhere")
    ada.person.call_guest(chat, "@wanjie_bot why?")
    await ada.say("/start")
    await says(ada, beginning("start.hello"))

    assert texts(harness, chat) == []
    assert not any("guest_message" in str(call.values) for call in harness.telegram.calls)
