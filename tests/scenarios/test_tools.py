"""Models that do things: draw and speak by themselves, film, take the place of one that is gone."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import asked, echo, says, shown, words
from tests.scenarios.fork_service import fork
from tests.scenarios.picture_steps import orders

Messages = list[dict[str, Any]]


@pytest.fixture
async def tool_harness(tmp_path: Path) -> AsyncGenerator[ServiceHarness]:
    """A service whose models may use tools."""
    async with ServiceHarness(tmp_path, extra={"IMAGE_TOOL": "on"}, launch=fork) as harness:
        await harness.start()
        await harness.ready()
        yield harness
        assert not harness.telegram.violations
        assert not harness.slack.violations


@pytest.fixture(params=PERSONAS)
def tool_persona(request: pytest.FixtureRequest, tool_harness: ServiceHarness) -> Persona:
    """A person in each kind of conversation with a service whose models may use tools."""
    return PERSONAS[str(request.param)](tool_harness)


def once(name: str, **arguments: object) -> Any:  # noqa: ANN401 - the script's own callable
    """Call a tool once, then answer."""

    def calls(messages: Messages, _: Messages) -> list[tuple[str, str]]:
        return [] if messages[-1]["role"] == "tool" else [(name, json.dumps(arguments))]

    return calls


async def test_a_model_draws_when_asked_in_plain_words(tool_persona: Persona, tool_harness: ServiceHarness) -> None:
    tool_harness.wanjie.script.tool_calls = once("draw_picture", prompt="a red cat on the roof of a house", n=2)
    tool_harness.wanjie.script.answer = lambda _: "There you are."
    await tool_persona.say("please draw a red cat")
    await says(tool_persona, "There you are.")
    await tool_persona.until(tool_persona.posts)
    told = [message for message in asked(tool_harness)[-1] if message["role"] == "tool"]

    (post,) = tool_persona.posts()
    assert len(post.files) == 2
    assert told[0]["content"].startswith("Done")
    tool_harness.wanjie.script.tool_calls = lambda _, __: []
    tool_harness.wanjie.script.answer = echo
    await tool_persona.say("thanks")
    await says(tool_persona, "answer to thanks")
    assert [message["role"] for message in asked(tool_harness)[-1] if message["role"] != "system"] == [
        "user", "assistant", "user",
    ]  # fmt: skip


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_document_cannot_order_more_pictures_than_one_question_may_have(
    place: str, tool_harness: ServiceHarness
) -> None:
    persona = PERSONAS[place](tool_harness)
    order = json.dumps({"prompt": "a red fox in the snow", "n": 3, "size": "64x64"})
    tool_harness.wanjie.script.tool_calls = lambda messages, _: (
        [] if messages[-1]["role"] == "tool" else [("draw_picture", order)] * 3
    )
    tool_harness.wanjie.script.answer = lambda _: "There you are."
    await persona.say("what does it say?")
    await says(persona, "There you are.")

    told = [message["content"] for message in asked(tool_harness)[-1] if message["role"] == "tool"]
    assert [drawn["n"] for drawn in orders(tool_harness)] == [3, 1]
    assert ["".join(text.partition(" pictures")[:1]) for text in told] == [
        "Done: the user sees the picture.", "Done with 1 of 3: 4", "Not done: 4",
    ]  # fmt: skip


async def test_a_tool_call_written_into_the_answer_is_run_and_not_shown(
    tool_persona: Persona, tool_harness: ServiceHarness
) -> None:
    call = json.dumps({"name": "draw_picture", "arguments": {"prompt": "a red cat on the roof of a house"}})
    written = f"I draw it.\n<tool_call>\n{call}\n</tool_call>"
    tool_harness.wanjie.script.answer = lambda messages: "Done!" if messages[-1]["role"] == "tool" else written
    await tool_persona.say("please draw a red cat")
    await says(tool_persona, "Done!")
    await tool_persona.until(tool_persona.posts)

    text = " ".join(shown(tool_persona))
    assert "I draw it. Done!" in text
    assert "tool_call" not in text


async def test_a_model_speaks_when_asked_in_plain_words(tool_persona: Persona, tool_harness: ServiceHarness) -> None:
    tool_harness.wanjie.script.tool_calls = once("speak", text="Good morning to all of you.")
    tool_harness.wanjie.script.answer = lambda _: ""
    await tool_persona.say("say good morning")
    await tool_persona.until(tool_persona.posts)
    tool_harness.wanjie.script.tool_calls = lambda _, __: []
    tool_harness.wanjie.script.answer = echo
    await tool_persona.say("thanks")
    await says(tool_persona, "answer to thanks")

    assert [post.kind for post in tool_persona.posts()] in (["voice"], ["audio"])
    assert "returned nothing" not in " ".join(shown(tool_persona))


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_reasoning_model_continues_after_a_tool_call(place: str, tool_harness: ServiceHarness) -> None:
    persona = PERSONAS[place](tool_harness)
    await persona.say("/reasoning off")
    await persona.until(persona.answers)
    await persona.say("/model deepseek-reasoner")
    await says(persona, "deepseek-reasoner")
    tool_harness.wanjie.script.reasoning = lambda _: "A cat is wanted."
    tool_harness.wanjie.script.tool_calls = once("draw_picture", prompt="a red cat on the roof", size="64x64")
    tool_harness.wanjie.script.answer = lambda _: "There you are."
    await persona.say("draw me a cat")
    await says(persona, "There you are.")

    assert [message["reasoning_content"] for message in asked(tool_harness)[-1] if message.get("tool_calls")] == [
        "A cat is wanted.",
    ]  # fmt: skip
    assert len(asked(tool_harness)) == 2


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_the_newest_answer_with_text_is_read_aloud(place: str, tool_harness: ServiceHarness) -> None:
    persona = PERSONAS[place](tool_harness)
    tool_harness.wanjie.script.answer = lambda _: "These are words."
    await persona.say("hello")
    await says(persona, "These are words.")
    tool_harness.wanjie.script.tool_calls = once("draw_picture", prompt="a red fox in the snow", size="64x64")
    tool_harness.wanjie.script.answer = lambda _: ""
    await persona.say("draw me a fox")
    await persona.until(persona.posts)
    await persona.say("/speak")
    await persona.until(lambda: len(persona.posts()) == 2)

    spoken = [call.body["input"] for call in tool_harness.wanjie.requests if call.path.endswith("/speech")]
    assert spoken == ["These are words."]


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_failed_tool_is_reported_to_the_model(place: str, tool_harness: ServiceHarness) -> None:
    persona = PERSONAS[place](tool_harness)
    tool_harness.wanjie.script.violates_policy = lambda prompt: "forbidden thing" in prompt
    tool_harness.wanjie.script.tool_calls = once("draw_picture", prompt="a forbidden thing")
    tool_harness.wanjie.script.answer = lambda messages: messages[-1]["content"]
    await persona.say("draw it")

    await says(persona, "Not done")


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_options_in_a_model_s_own_prompt_are_harmless(place: str, tool_harness: ServiceHarness) -> None:
    persona = PERSONAS[place](tool_harness)
    prompt = "a red fox in the snow"
    tool_harness.wanjie.script.tool_calls = once(
        "draw_picture", prompt=f"{prompt} --ar 16:9 --v 6", n=2.0, size="64x64"
    )
    tool_harness.wanjie.script.answer = lambda _: "There you are."
    await persona.say("draw me a fox")
    await says(persona, "There you are.")

    assert [(order["prompt"], order["n"], order["size"]) for order in orders(tool_harness)] == [(prompt, 2, "64x64")]


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_an_answer_interrupted_after_a_picture_draws_no_second_one(
    place: str, tool_harness: ServiceHarness
) -> None:
    persona = PERSONAS[place](tool_harness)
    tool_harness.wanjie.script.tool_calls = once("draw_picture", prompt="a red fox in the snow", size="64x64")
    tool_harness.wanjie.script.answer = lambda _: f"{words(40)} That is all."
    tool_harness.wanjie.script.break_after = 10
    tool_harness.wanjie.script.break_times = 1
    await persona.say("draw me a fox")
    await says(persona, "That is all.")

    assert len(persona.posts()) == 1
    assert len(orders(tool_harness)) == 1
    assert len(asked(tool_harness)) == 4


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_model_without_tool_support_answers_without_tools(place: str, tool_harness: ServiceHarness) -> None:
    persona = PERSONAS[place](tool_harness)
    await persona.say("hello")
    await persona.until(persona.answers)
    tool_harness.wanjie.script.answer = echo
    tool_harness.wanjie.script.fail_next.append(Failure(400, message="tools are not supported", code="invalid_tools"))
    await persona.say("and now?")

    await says(persona, "answer to and now?")


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_an_answer_that_has_begun_is_not_repeated_without_tools(place: str, tool_harness: ServiceHarness) -> None:
    persona = PERSONAS[place](tool_harness)
    tool_harness.wanjie.script.answer = lambda _: words(40)
    tool_harness.wanjie.script.error_after = 10
    tool_harness.wanjie.script.error = Failure(400, message="no such thing", code="invalid_request_error")
    await persona.say("hello")
    await says(persona, "didn't accept this request")

    assert shown(persona).count("w3") == 1
    assert len(asked(tool_harness)) == 1


async def test_without_the_setting_no_tools_are_offered(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    await direct_persona.say("draw a cat")
    await says(direct_persona, "answer to draw a cat")

    assert not any("tools" in call.body for call in harness.wanjie.requests)


async def test_a_chosen_model_that_is_gone_is_replaced_with_one_notice(
    persona: Persona, harness: ServiceHarness
) -> None:
    harness.wanjie.script.answer = echo
    await persona.say("hello")
    await says(persona, "answer to hello")
    await persona.say("/model kimi-k2")
    await says(persona, "kimi-k2")
    harness.wanjie.script.models = tuple(name for name in harness.wanjie.script.models if name != "kimi-k2")
    await persona.say("one")
    await says(persona, "answer to one")
    await persona.say("two")
    await says(persona, "answer to two")

    assert sum("is no longer available" in answer for answer in persona.answers()) == 1
    models = [call.body["model"] for call in harness.wanjie.requests if call.path.endswith("/chat/completions")]
    assert models == ["deepseek-v3", "kimi-k2", "deepseek-v3", "deepseek-v3"]


async def test_a_video_model_is_waited_for_and_its_link_shown(tmp_path: Path) -> None:
    impatient = {"WANJIE_IDLE_TIMEOUT": "1", "WANJIE_FIRST_BYTE_TIMEOUT": "1"}
    async with ServiceHarness(tmp_path, extra=impatient, launch=fork) as harness:
        harness.wanjie.script.models = (*harness.wanjie.script.models, "sora-2")
        harness.wanjie.script.video_pause, harness.wanjie.script.answer = 1.5, echo
        await harness.start()
        await harness.ready()
        for persona in (harness.private(), harness.direct()):
            await persona.say("hello")
            await says(persona, "answer to hello")
            await persona.say("/model sora-2")
            await says(persona, "sora-2")
            await persona.say("a cat on a beach")

            await says(persona, "Watch the video")
            assert not [answer for answer in persona.answers() if "try again" in answer]
            assert [message["content"] for message in asked(harness)[-1]] == ["a cat on a beach"]
