"""Answers that were asked for before the turn of their questions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.chat.answer.adapt_request_to_model import ChatClient
from core.chat.answer.ahead_answers import AheadAnswers
from core.wanjie import ChatMessage, ChatRequest, TextDelta
from tests.core.metered import PAYER

SYSTEM, QUESTION = ChatMessage("system", "Be brief."), ChatMessage("user", "Ann: Hello!")
REQUEST = ChatRequest("kimi-k2", (SYSTEM, QUESTION))
GROWN = (SYSTEM, ChatMessage("user", "Bob: Hi"), ChatMessage("assistant", "Hi, Bob!"), QUESTION)


@pytest.fixture
async def ahead(chats: ChatClient) -> AsyncGenerator[AheadAnswers]:
    answers = AheadAnswers(chats)
    yield answers
    await answers.aclose()


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the simulator tells nobody
            await asyncio.sleep(0.01)


async def _take(ahead: AheadAnswers, request: ChatRequest = REQUEST) -> str:
    stream = ahead.stream(request, PAYER, ahead.attempts(), lane="tg:1:-5", event="e1")
    async with aclosing(stream) as deltas:
        return "".join([delta.text async for delta in deltas if isinstance(delta, TextDelta)])


@pytest.mark.parametrize("grown", [False, True])
async def test_an_answer_asked_ahead_is_taken_whatever_the_history_is_by_then(
    sim: WanjieSim, ahead: AheadAnswers, *, grown: bool
) -> None:
    ahead.ask("tg:1:-5", "e1", REQUEST, PAYER)
    await _until(lambda: len(sim.sent) == 1)

    assert await _take(ahead, replace(REQUEST, messages=GROWN) if grown else REQUEST) == "one two three"
    assert len(sim.requests) == 1
    assert ahead.may_ask("tg:1:-5", "e1")


@pytest.mark.parametrize(
    "now",
    [
        replace(REQUEST, model="deepseek-v3"),
        replace(REQUEST, messages=(ChatMessage("system", "Be long."), QUESTION)),
        replace(REQUEST, messages=(SYSTEM, ChatMessage("user", "Ann: Bye!"))),
    ],
)
async def test_another_question_is_asked_itself(sim: WanjieSim, ahead: AheadAnswers, now: ChatRequest) -> None:
    sim.script.first_token_delay = 60
    ahead.ask("tg:1:-5", "e1", REQUEST, PAYER)
    await _until(lambda: len(sim.sent) == 1)
    sim.script.first_token_delay = 0

    assert await _take(ahead, now) == "one two three"
    assert len(sim.requests) == 2
    await _until(lambda: sim.abandoned == 1)


async def test_a_question_that_failed_ahead_is_asked_again(sim: WanjieSim, ahead: AheadAnswers) -> None:
    sim.script.fail_next.append(Failure(500))
    ahead.ask("tg:1:-5", "e1", REQUEST, PAYER)
    await _until(lambda: sim.requests and not sim.script.fail_next)
    await asyncio.sleep(0.1)

    assert await _take(ahead) == "one two three"
    assert len(sim.requests) == 2


async def test_answers_of_questions_that_do_not_wait_any_more_are_given_up(sim: WanjieSim, ahead: AheadAnswers) -> None:
    sim.script.first_token_delay = 60
    questions = [("tg:1:-5", "e1"), ("tg:1:-5", "e2"), ("tg:1:-6", "e1")]
    for lane, event in questions:
        ahead.ask(lane, event, REQUEST, PAYER)
    await _until(lambda: len(sim.sent) == 3)
    ahead.keep("tg:1:-5", {"e2"})
    await _until(lambda: sim.abandoned == 1)

    assert [ahead.may_ask(*question) for question in questions] == [True, False, False]


async def test_answers_are_given_up_when_another_process_goes_on(
    sim: WanjieSim, ahead: AheadAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.chat.answer.ahead_answers._LINGER", 0.05)
    sim.script.first_token_delay = 60
    ahead.ask("tg:1:-5", "e1", REQUEST, PAYER)
    await _until(lambda: len(sim.sent) == 1)
    ahead.drop_soon("tg:1:-5")
    ahead.keep("tg:1:-5", {"e1"})  # it has gone on itself
    await asyncio.sleep(0.1)

    assert not ahead.may_ask("tg:1:-5", "e1")

    ahead.drop_soon("tg:1:-5")
    await _until(lambda: sim.abandoned == 1)

    assert ahead.may_ask("tg:1:-5", "e1")
