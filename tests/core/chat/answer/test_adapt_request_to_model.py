"""Models that refuse what others take."""

from contextlib import aclosing

import pytest

from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.chat.answer.adapt_request_to_model import ChatClient
from core.wanjie import (
    BadRequestError,
    ChatMessage,
    ChatRequest,
    Correction,
    Delta,
    ReasoningDelta,
    RefusedContentError,
    SystemRoleError,
    TextDelta,
    Tool,
)
from tests.core.metered import PAYER

TOLD = (ChatMessage("system", "Be brief."), ChatMessage("user", "Hello!"))
QUESTION = ChatRequest("kimi-k2", TOLD)
TOOLS = (Tool("draw", "Draw.", {"type": "object"}),)


async def answer(chats: ChatClient, request: ChatRequest = QUESTION) -> str:
    async with aclosing(chats.stream(request, PAYER, chats.attempts())) as deltas:
        return "".join([delta.text async for delta in deltas if isinstance(delta, TextDelta)])


def asked(sim: WanjieSim) -> list[list[tuple[str, str]]]:
    return [[(message["role"], message["content"]) for message in call.body["messages"]] for call in sim.requests]


AS_TOLD, INSIDE = [("system", "Be brief."), ("user", "Hello!")], [("user", "Be brief.\n\nHello!")]


@pytest.mark.parametrize(
    "refusal",
    [
        Failure(400, message="System role not supported"),
        Failure(400, message="Developer instruction is not enabled for models/gemma-3-27b-it"),
        Failure(500, message="Conversation roles must alternate user/assistant/user/assistant/..."),
        Failure(200, body='{"choices": null, "error": {"code": 400, "message": "role system is not supported"}}'),
    ],
)
async def test_a_model_without_a_system_role_is_asked_once_more_and_that_is_remembered(
    sim: WanjieSim, chats: ChatClient, refusal: Failure
) -> None:
    sim.script.rejects_system_role, sim.script.system_refusal = lambda model: model == "kimi-k2", refusal
    answers = [await answer(chats), await answer(chats), (await chats.complete_chat(QUESTION, PAYER)).text]

    assert answers == ["one two three"] * 3
    assert asked(sim) == [AS_TOLD, INSIDE, INSIDE, INSIDE]


async def test_limits_are_learnt_from_answers_without_streaming(sim: WanjieSim, chats: ChatClient) -> None:
    sim.script.rejects_system_role = lambda _: True

    assert (await chats.complete_chat(QUESTION, PAYER)).text == "one two three"
    assert await answer(chats) == "one two three"
    assert asked(sim) == [AS_TOLD, INSIDE, INSIDE]


async def test_a_model_that_refuses_system_role_and_tools_is_asked_without_both(
    sim: WanjieSim, chats: ChatClient
) -> None:
    sim.script.rejects_system_role = lambda _: True
    sim.script.fail_next.append(Failure(400, message="tools are not supported"))

    assert await answer(chats, ChatRequest("kimi-k2", TOLD, tools=TOOLS)) == "one two three"
    assert asked(sim) == [AS_TOLD, AS_TOLD, INSIDE]
    assert ["tools" in call.body for call in sim.requests] == [True, False, False]


async def test_a_refusal_that_persists_without_them_is_not_remembered(sim: WanjieSim, chats: ChatClient) -> None:
    sim.script.fail_next.extend([Failure(400, message="roles must alternate")] * 2)
    with pytest.raises(SystemRoleError):
        await answer(chats)

    assert await answer(chats) == "one two three"
    assert asked(sim) == [AS_TOLD, INSIDE, AS_TOLD]


async def test_a_request_without_instructions_is_not_repeated(sim: WanjieSim, chats: ChatClient) -> None:
    sim.script.fail_next.append(Failure(400, message="System role not supported"))
    with pytest.raises(SystemRoleError):
        await answer(chats, ChatRequest("kimi-k2", TOLD[1:]))

    assert len(sim.requests) == 1


@pytest.mark.parametrize(
    ("message", "error"), [("Content Exists Risk", RefusedContentError), ("Invalid value: 'json'", BadRequestError)]
)
async def test_other_refusals_are_raised(
    sim: WanjieSim, chats: ChatClient, message: str, error: type[Exception]
) -> None:
    for ask in (answer(chats), chats.complete_chat(QUESTION, PAYER)):
        sim.script.fail_next.append(Failure(400, message=message))
        with pytest.raises(error):
            await ask

    assert len(sim.requests) == 2


async def test_an_answer_that_has_begun_is_not_requested_in_another_form(sim: WanjieSim, chats: ChatClient) -> None:
    sim.script.error_after, sim.script.error = 1, Failure(400, message="System role not supported", code="x")
    with pytest.raises(SystemRoleError):
        await answer(chats)

    assert len(sim.requests) == 1


async def deltas_of(chats: ChatClient, model: str = "kimi-k2") -> list[Delta]:
    async with aclosing(chats.stream(ChatRequest(model, TOLD[1:]), PAYER, chats.attempts())) as deltas:
        return [delta async for delta in deltas]


async def test_a_model_that_begins_with_untagged_reasoning_is_remembered(sim: WanjieSim, chats: ChatClient) -> None:
    sim.script.answer = lambda _: "Let me see.\n</think>\n\nFour."
    first, second = await deltas_of(chats), await deltas_of(chats)
    other = await deltas_of(chats, "qwen3-32b")

    assert Correction("Let me see.", "", was_misread=True) in first
    assert isinstance(second[0], ReasoningDelta)
    assert not any(isinstance(delta, Correction) for delta in second)
    assert isinstance(other[0], TextDelta)


async def test_a_model_that_no_longer_begins_with_reasoning_is_forgotten(sim: WanjieSim, chats: ChatClient) -> None:
    sim.script.answer = lambda _: "Let me see.\n</think>\n\nFour."
    await deltas_of(chats)
    sim.script.answer = lambda _: "Four."
    corrected, plain = await deltas_of(chats), await deltas_of(chats)

    assert Correction("", "Four.", was_misread=True) in corrected
    assert isinstance(plain[0], TextDelta)


async def test_an_answer_without_streaming_has_no_untagged_reasoning(sim: WanjieSim, chats: ChatClient) -> None:
    sim.script.answer = lambda _: "Let me see.\n</think>\n\nFour."

    assert (await chats.complete_chat(QUESTION, PAYER)).text == "Four."


def test_instructions_are_moved_before_the_first_question() -> None:
    history = (ChatMessage("user", "a", images=("data:x",)), ChatMessage("assistant", "b"), ChatMessage("user", "c"))
    request = ChatRequest("m", (ChatMessage("system", "s"), *history)).without_system_role()

    assert request.messages == (ChatMessage("user", "s\n\na", images=("data:x",)), *history[1:])
    assert not request.has_system_message
    alone = ChatRequest("m", (ChatMessage("system", "s"),)).without_system_role()
    assert alone.messages == (ChatMessage("user", "s"),)
