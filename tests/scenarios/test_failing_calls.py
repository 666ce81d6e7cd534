"""Calls fail at each stage of what somebody does; once the platform works again, each is done, exactly once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.button_steps import answered
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import beginning, echo, says, words
from tests.scenarios.new_place_steps import channel, group

Fail: TypeAlias = Callable[[ServiceHarness, str, bool], None]

STAGES = (
    ("sendMessage", "editMessageText", "sendVoice", "sendMediaGroup", "answerCallbackQuery", "sendChatAction"),
    (
        "chat.startStream", "chat.appendStream", "chat.stopStream", "chat.postMessage", "chat.update", "response_url",
        "files.getUploadURLExternal", "files.completeUploadExternal", "chat.postEphemeral",
    ),
)  # fmt: skip
"""The calls of first, later and last steps, of media, menus, presses and notices, on Telegram and on Slack."""


def _flood(harness: ServiceHarness, method: str, telegram: bool) -> None:  # noqa: FBT001 - as `Fail` has it
    if telegram:
        wait = {"retry_after": 1}
        harness.telegram.faults.fail(method, 429, "Too Many Requests: retry after 1", parameters=wait)
    else:
        harness.slack.faults.flood(method, retry_after=1)


def _break_off(harness: ServiceHarness, method: str, telegram: bool) -> None:  # noqa: FBT001 - as `Fail` has it
    """An outage as users meet it, another for each method: a gateway's page, a lost request, a lost answer."""
    slack = harness.slack.faults
    kinds = (
        (harness.telegram.faults.bad_gateway, harness.telegram.faults.lose_request, harness.telegram.faults.lose_answer)
        if telegram
        else (slack.break_down, slack.lose_requests, slack.lose_answers)
    )
    kinds[STAGES[0 if telegram else 1].index(method) % len(kinds)](method)


@dataclass(frozen=True)
class UserRequest:
    """What somebody does, and how many messages with these words, and with media, stand in the chat afterwards."""

    act: Callable[[Persona], Awaitable[None]]
    words: str
    messages: int
    media: int = 0


def _say(text: str) -> Callable[[Persona], Awaitable[None]]:
    return lambda persona: persona.say(text)


async def _regenerate(persona: Persona) -> None:
    await persona.until(lambda: any("Regenerate" in button for button in persona.buttons()))
    await persona.press("Regenerate")


async def _pick(persona: Persona) -> None:
    await persona.say("/model")
    await persona.until(lambda: any("kimi-k2" in choice for choice in persona.choices()))
    await persona.choose("kimi-k2")


REQUESTS = {
    "question": UserRequest(_say("one"), "answer to one", 1),
    "command": UserRequest(_say("/help"), "What I can do", 1),
    "menu": UserRequest(_pick, "kimi-k2", 1),
    "voice": UserRequest(_say("/speak hello there"), "\n", 0, 1),
    "album": UserRequest(_say("/imagine a fox --size 64x64 --n 2"), "a fox", 1, 1),
    "press": UserRequest(_regenerate, "answer to before", 2),
}


async def _finished(persona: Persona, user_request: UserRequest, name: str) -> None:
    def count() -> tuple[int, int]:
        return sum(user_request.words in text for text in persona.answers()), len(persona.posts())

    try:
        await persona.until(lambda: count() == (user_request.messages, user_request.media))
    except TimeoutError:
        raise AssertionError(f"{name}: {count()} {persona.answers()}") from None


@pytest.mark.parametrize("fail", [_flood, _break_off])
@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_whatever_fails_is_done_once_when_the_platform_works_again(
    place: str, fail: Fail, harness: ServiceHarness
) -> None:
    harness.wanjie.script.models = ("deepseek-v3", "kimi-k2", "CosyVoice", "Flux.1-Schnell")
    harness.telegram.limits.enabled = False
    personas = {name: PERSONAS[place](harness) for name in REQUESTS}
    telegram = place.startswith("telegram")
    await asyncio.gather(*(answered(persona, harness, "before") for persona in personas.values()))
    for method in STAGES[0 if telegram else 1]:
        fail(harness, method, telegram)
    await asyncio.gather(*(REQUESTS[name].act(persona) for name, persona in personas.items()))
    await asyncio.gather(*(_finished(persona, REQUESTS[name], name) for name, persona in personas.items()))
    harness.telegram.faults.clear()
    harness.slack.faults.clear()
    await asyncio.gather(*(answered(persona, harness, "after") for persona in personas.values()))

    assert "Traceback" not in harness.logs()


async def test_a_menu_whose_form_is_always_refused_comes_as_plain_text(harness: ServiceHarness) -> None:
    """The plain text has to wait for the rate limit, and is not put off by a new try of what was refused."""
    harness.wanjie.script.models = ("deepseek-v3", "kimi-k2")
    telegram, slack = harness.private(), harness.thread()
    await answered(telegram, harness, "before")
    await answered(slack, harness, "before")
    await telegram.say("/model")
    await telegram.until(lambda: any("kimi-k2" in choice for choice in telegram.choices()))
    harness.telegram.faults.fail("editMessageText", 400, "Bad Request: SOME_NEW_CODE", times=1000)
    harness.slack.faults.fail("chat.postMessage", "invalid_blocks", times=1000, argument="blocks")
    await telegram.choose("kimi-k2")
    await slack.say("/model")

    await says(telegram, "Now: kimi-k2")
    await says(slack, "Which model")


@pytest.mark.parametrize("reason", [("Forbidden: bot was kicked from the group chat", "is_archived"), ("", "new_code")])
async def test_a_greeting_that_is_refused_disturbs_nobody(reason: tuple[str, str], harness: ServiceHarness) -> None:
    telegram, slack = group(harness), channel(harness)
    harness.telegram.faults.fail(
        "sendMessage", 403 if reason[0] else 400, reason[0] or "Bad Request: NEW_CODE", times=100
    )
    harness.slack.faults.fail("chat.postMessage", reason[1], times=100)
    harness.telegram.add_bot(telegram.chat, telegram.person)
    harness.slack.add_bot(slack.channel, slack.user)
    await harness.telegram.wait_for(lambda: any(call.method == "sendMessage" for call in harness.telegram.calls))
    await harness.slack.wait_for(lambda: any(call.method == "chat.postMessage" for call in harness.slack.calls))
    harness.telegram.faults.clear()
    harness.slack.faults.clear()
    harness.telegram.promote_bot(telegram.chat, telegram.person)  # so that it reads what is said
    harness.wanjie.script.answer = echo
    for persona in (telegram, slack):
        await persona.say("hello")
        await says(persona, "answer to hello")

    assert "Traceback" not in harness.logs()


REFERENCE = re.compile(re.escape(beginning("error.unexpected", reference="?").partition("?")[0]) + r"(\w+)")


@pytest.mark.parametrize(
    ("act", "methods"),
    [
        (_say("one"), ("sendMessage", "chat.startStream")),
        (_regenerate, ("sendMessage", "chat.startStream")),
    ],
)
async def test_what_nobody_foresaw_is_told_with_a_reference_that_is_in_the_log(
    act: Callable[[Persona], Awaitable[None]], methods: tuple[str, str], empty_harness: ServiceHarness
) -> None:
    harness = empty_harness  # one whose minute has room for streams
    await harness.start()
    await harness.ready()
    telegram, slack = harness.private(), harness.direct()
    await answered(telegram, harness, "before")
    await answered(slack, harness, "before")
    harness.telegram.faults.garble(methods[0])
    harness.slack.faults.garble(methods[1])
    for persona in (telegram, slack):
        harness.wanjie.script.answer = lambda _: words(40)
        harness.wanjie.script.hold_after = 20  # so that its end is a step of its own
        await act(persona)
        await persona.until(lambda persona=persona: "w1 " in (said := " ".join(persona.answers())) or "ref" in said)
        harness.wanjie.script.hold_after = None
        await _referred(persona, harness)
        await answered(persona, harness, "after")


async def test_a_senseless_answer_to_a_later_step_adds_nothing_to_the_answer(harness: ServiceHarness) -> None:
    telegram, slack = harness.private(), harness.direct()
    harness.wanjie.script.answer = lambda _: words(40)
    harness.wanjie.script.tokens_per_second = 20  # so that its end is a step of its own
    harness.telegram.faults.garble("editMessageText", times=3)
    harness.slack.faults.garble("chat.appendStream", times=2)
    harness.slack.faults.garble("chat.stopStream")
    for persona in (telegram, slack):
        await persona.say("one")
        await persona.until(lambda persona=persona: persona.answers() == [words(40)])

    assert "Traceback" not in harness.logs()


async def _referred(persona: TelegramPersona | SlackPersona, harness: ServiceHarness) -> None:
    """Whoever is told of an unexpected error gets a reference by which the operator finds it."""
    found = await persona.until(lambda: REFERENCE.findall(" ".join(persona.answers())))
    assert f"reference={found[0]}" in harness.logs()
