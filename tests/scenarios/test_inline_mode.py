# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Telegram's inline mode: people ask the bot in any chat, also where it is no member."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.inline_mode import InlineQuery
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.telegram.state import Chat, Message
from bots.sandbox.wanjie.scripted_behaviour import Failure
from core.chat.text.translations import Translations
from tests.scenarios.access_steps import claim, start
from tests.scenarios.conversation_steps import asked, beginning, echo, says, words
from tests.scenarios.fork_service import fork


@pytest.fixture
async def empty_harness(tmp_path: Path) -> AsyncGenerator[ServiceHarness]:
    """Simulators without a service; the variables of each switch inline mode on."""
    async with ServiceHarness(tmp_path, extra={"TELEGRAM_INLINE": "on"}, launch=fork) as harness:
        yield harness
        assert not harness.telegram.violations


@pytest.fixture
async def harness(empty_harness: ServiceHarness) -> ServiceHarness:
    await empty_harness.start()
    await empty_harness.ready()
    return empty_harness


def elsewhere(harness: ServiceHarness) -> Chat:
    """A chat in which the bot is not."""
    return harness.telegram.channel("Elsewhere")


async def typed(persona: TelegramPersona, text: str) -> InlineQuery:
    """Type a text behind the bot's name, and wait for what the bot offers."""
    query = persona.person.ask_inline(text)
    await persona.until(lambda: query.results is not None)
    return query


async def ask(persona: TelegramPersona, text: str, chat: Chat) -> Message:
    return persona.person.choose_inline(await typed(persona, text), chat)


async def reads(persona: TelegramPersona, message: Message, text: str, seconds: float = 120.0) -> None:
    """Wait until a message shows exactly this."""
    try:
        await persona.until(lambda: message.text == text, seconds)
    except TimeoutError:
        raise AssertionError(f"the message shows {message.text!r}, not {text!r}") from None


def labels(message: Message) -> list[str]:
    return [button["text"] for button in message.buttons]


async def test_a_question_is_answered_in_its_own_message_and_nothing_is_remembered(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness = empty_harness
    await harness.start(REDIS_URL=redis_url)
    await harness.ready()
    harness.wanjie.script.answer = echo
    ada, chat = harness.private(), elsewhere(harness)
    query = await typed(ada, "why is *it* blue?")
    (result,) = query.results or []
    message = ada.person.choose_inline(query, chat)
    placeholder = message.text
    await reads(ada, message, "why is *it* blue?\n\nanswer to why is it blue?")  # the model's Markdown, not the asker's
    second = await ask(ada, "and at night?", chat)
    await reads(ada, second, "and at night?\n\nanswer to and at night?")

    assert (result["title"], placeholder) == ("Ask deepseek-v3", "why is *it* blue?\n\nThe answer is being written…")
    assert message.entities[0].type == "blockquote"
    assert message.buttons == [{"text": "🔁 Ask again", "switch_inline_query_current_chat": "why is *it* blue?"}]
    assert [sum(turn["role"] == "user" for turn in messages) for messages in asked(harness)] == [1, 1]
    assert ada.answers() == []
    await harness.end(harness.processes[0])
    left = [key.decode() for key in cast("list[bytes]", await redis.keys()) if b"inline" in key]
    assert {key.partition(":tg:")[0] for key in left} == {"{q0}:d"}  # the ids of what was received
    assert all([await redis.ttl(key) > 0 for key in left])


async def test_what_cannot_be_asked_leads_to_the_private_chat(empty_harness: ServiceHarness) -> None:
    harness, root, mallory = empty_harness, empty_harness.private("Root"), empty_harness.private("Mallory")
    await start(harness)
    await claim(harness, root)
    refused = await typed(mallory, "why?")
    offers = [await typed(root, text) for text in ("", "/imagine a cat", "!画 一只猫", "/etc/hosts explained")]
    first, second = (root.person.ask_inline(text) for text in ("wh", "why"))
    await root.until(lambda: second.results is not None)
    (message, later) = [await ask(root, "why?", elsewhere(harness)) for _ in range(2)]
    await root.until(lambda: "answer to why?" in message.text and "answer to why?" in later.text)

    assert (refused.results, refused.button) == (
        [],
        {"text": "To ask me for access, open our chat", "start_parameter": "inline"},
    )
    assert [(len(query.results or []), (query.button or {}).get("text")) for query in offers] == [
        (0, "Type a question, or open our chat"),
        (0, "Commands work in our chat only"),
        (0, "Commands work in our chat only"),
        (1, None),
    ]
    assert first.results is None  # only what was typed last is answered
    await mallory.say("/start inline")
    await says(mallory, "people and groups that my admins know")


async def test_an_offer_of_somebody_who_was_blocked_since_is_taken_back_in_the_message(
    empty_harness: ServiceHarness,
) -> None:
    harness, root, bob = empty_harness, empty_harness.private("Root"), empty_harness.private("Bob", "zh-hans")
    await start(harness)
    await claim(harness, root)
    await bob.say("hello")
    await says(root, "Bob")
    await root.choose("Allow")
    await says(bob, "现在可以使用")
    query = await typed(bob, "why?")
    await root.say(f"/admin block tg:{bob.person.user.id}")
    await says(root, "Done")
    sent = [bob.person.choose_inline(query, elsewhere(harness)) for _ in range(2)]
    refused = Translations().plain_text("inline.refused", "zh")
    for message in sent:
        await reads(bob, message, refused)

    assert [labels(message) for message in sent] == [[], []]
    assert asked(harness) == []


async def test_a_killed_process_s_answer_is_finished_in_the_same_message_and_its_rest_in_private(
    empty_harness: ServiceHarness,
) -> None:
    harness, text = empty_harness, words(700)
    harness.wanjie.script.answer = lambda _: text
    harness.wanjie.script.hold_after = 20
    ada, stranger, chat = harness.private(), harness.telegram.user(77, "Eve", "zh-hans"), elsewhere(harness)
    service = await harness.start()
    await harness.ready()
    message = await ask(ada, "count", chat)
    await ada.until(lambda: "w5 " in message.text)
    await harness.kill(service)
    harness.wanjie.script.hold_after = None
    await harness.start()
    await says(ada, "w699")
    query = stranger.ask_inline("数到七百")
    await ada.until(lambda: query.results is not None)
    cut = stranger.choose_inline(query, chat)
    cut_sentence = Translations().text("inline.cut", "zh")
    await ada.until(lambda: cut.text.endswith(cut_sentence))

    first, *_, note = message.text.split("\n\n")
    assert (first, note) == ("count", Translations().text("inline.continued", "en"))
    shown = message.text.removeprefix("count\n\n").removesuffix(note).split() + " ".join(ada.answers()).split()
    assert shown == text.split()
    assert (labels(message), ada.buttons()) == (["🔁 Ask again"], [])
    assert cut.text.startswith("数到七百\n\nw0 w1 ")
    assert labels(cut) == ["🔁 再问一次"]


async def test_an_answer_can_be_stopped_by_its_asker_alone(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: words(400)
    harness.wanjie.script.hold_after = 20
    ada, bob, chat = harness.private(), harness.private("Bob"), elsewhere(harness)
    message = await ask(ada, "count", chat)
    await ada.until(lambda: "w1" in message.text and labels(message) == ["⏹ Stop"])
    press = bob.person.press(chat, message.id, "⏹ Stop")
    await ada.until(lambda: press.answer is not None)
    stopped = message.text
    press_of_asker = ada.person.press(chat, message.id, "⏹ Stop")
    await ada.until(lambda: labels(message) == ["🔁 Ask again"])

    assert press.answer == "Only the person who asked, or an admin, can use this button."
    assert press_of_asker.answer == "Stopped."
    assert message.text.startswith(stopped)
    assert "w399" not in message.text


async def test_errors_and_limits_are_said_in_the_message_in_the_asker_s_language(
    empty_harness: ServiceHarness,
) -> None:
    harness, chat = empty_harness, elsewhere(empty_harness)
    await harness.start(PERSON_DAILY_LIMIT="2000")
    await harness.ready()
    ada, wei = harness.private(), harness.private("Wei", "zh-hans")
    query = await typed(wei, "一")
    harness.wanjie.script.fail_next.append(Failure(401))
    failed = wei.person.choose_inline(query, chat)
    await wei.until(lambda: failed.text.endswith(Translations().plain_text("error.key", "zh")))
    harness.wanjie.script.answer = lambda _: "word " * 1_700 + "end"
    warned = await ask(ada, "two", chat)
    await ada.until(lambda: "more than 80 %" in warned.text)
    refused = await ask(ada, "three", chat)
    await ada.until(lambda: "Your limit of 2,000 tokens leaves no room for this." in refused.text)

    assert "word word" in warned.text
    assert warned.text.endswith(Translations().text("inline.continued", "en"))
    assert [text.split()[0] for text in ada.answers()] == ["word"] * 2  # the rest of the long answer


async def test_each_question_that_is_refused_since_too_much_waits_says_so(empty_harness: ServiceHarness) -> None:
    harness, ada = empty_harness, empty_harness.private()
    await harness.start(MAILBOX_LIMIT="1")  # four questions of a person
    await harness.ready()
    harness.wanjie.script.answer, harness.wanjie.script.hold_after = echo, 0
    query, chat = await typed(ada, "why?"), elsewhere(harness)
    sent = [ada.person.choose_inline(query, chat) for _ in range(7)]
    refused = Translations().plain_text("talk.full", "en")
    await ada.until(lambda: sum(message.text == f"why?\n\n{refused}" for message in sent) == 3)
    harness.wanjie.script.hold_after = None
    await ada.until(lambda: sum("answer to why?" in message.text for message in sent) == 4)

    assert len(asked(harness)) == 4
    assert [labels(message) for message in sent] == [["🔁 Ask again"]] * 7


async def test_inline_mode_is_off_unless_it_is_switched_on(empty_harness: ServiceHarness) -> None:
    harness, ada = empty_harness, empty_harness.private()
    await harness.start(TELEGRAM_INLINE="off")
    await harness.ready()
    query = ada.person.ask_inline("why?")
    await ada.say("/start")
    await says(ada, beginning("start.hello"))

    assert query.results is None
    polls = [call.values for call in harness.telegram.calls if call.method == "getUpdates"]
    assert polls
    assert not any("inline_query" in call["allowed_updates"] for call in polls)
