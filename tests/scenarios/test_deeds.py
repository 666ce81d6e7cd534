"""Models that do things: draw and speak by themselves, film, take the place of one that is gone."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.conftest import ONE_A_PLATFORM, SEATS
from tests.scenarios.drawing import orders
from tests.scenarios.nursery import fork
from tests.scenarios.saying import asked, echo, says, shown, words

Messages = list[dict[str, Any]]


@pytest.fixture
async def tool_stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    """A service whose models may use tools."""
    async with Stage(tmp_path, extra={"IMAGE_TOOL": "on"}, launch=fork) as stage:
        await stage.start()
        await stage.ready()
        yield stage
        assert not stage.telegram.violations
        assert not stage.slack.violations


@pytest.fixture(params=SEATS)
def tool_seat(request: pytest.FixtureRequest, tool_stage: Stage) -> Seat:
    """A person in each kind of conversation with a service whose models may use tools."""
    return SEATS[str(request.param)](tool_stage)


def once(name: str, **arguments: object) -> Any:  # noqa: ANN401 - the script's own callable
    """Call a tool once, then answer."""

    def calls(messages: Messages, _: Messages) -> list[tuple[str, str]]:
        return [] if messages[-1]["role"] == "tool" else [(name, json.dumps(arguments))]

    return calls


async def test_a_model_draws_when_it_is_asked_in_plain_words(tool_seat: Seat, tool_stage: Stage) -> None:
    tool_stage.wanjie.script.tool_calls = once("draw_picture", prompt="a red cat on the roof of a house", n=2)
    tool_stage.wanjie.script.answer = lambda _: "There you are."
    await tool_seat.say("please draw a red cat")
    await says(tool_seat, "There you are.")
    await tool_seat.until(tool_seat.posts)
    told = [message for message in asked(tool_stage)[-1] if message["role"] == "tool"]

    (post,) = tool_seat.posts()
    assert len(post.files) == 2
    assert told[0]["content"].startswith("Done")
    tool_stage.wanjie.script.tool_calls = lambda _, __: []
    tool_stage.wanjie.script.answer = echo
    await tool_seat.say("thanks")
    await says(tool_seat, "answer to thanks")
    assert [message["role"] for message in asked(tool_stage)[-1] if message["role"] != "system"] == [
        "user", "assistant", "user",
    ]  # fmt: skip


async def test_a_call_that_is_written_into_the_answer_is_done_and_not_shown(tool_seat: Seat, tool_stage: Stage) -> None:
    call = json.dumps({"name": "draw_picture", "arguments": {"prompt": "a red cat on the roof of a house"}})
    written = f"I draw it.\n<tool_call>\n{call}\n</tool_call>"
    tool_stage.wanjie.script.answer = lambda messages: "Done!" if messages[-1]["role"] == "tool" else written
    await tool_seat.say("please draw a red cat")
    await says(tool_seat, "Done!")
    await tool_seat.until(tool_seat.posts)

    text = " ".join(shown(tool_seat))
    assert "I draw it. Done!" in text
    assert "tool_call" not in text


async def test_a_model_speaks_when_it_is_asked_in_plain_words(tool_seat: Seat, tool_stage: Stage) -> None:
    tool_stage.wanjie.script.tool_calls = once("speak", text="Good morning to all of you.")
    tool_stage.wanjie.script.answer = lambda _: ""
    await tool_seat.say("say good morning")
    await tool_seat.until(tool_seat.posts)
    tool_stage.wanjie.script.tool_calls = lambda _, __: []
    tool_stage.wanjie.script.answer = echo
    await tool_seat.say("thanks")
    await says(tool_seat, "answer to thanks")

    assert [post.kind for post in tool_seat.posts()] in (["voice"], ["audio"])
    assert "without a single word" not in " ".join(shown(tool_seat))


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_model_that_thinks_goes_on_after_a_deed(place: str, tool_stage: Stage) -> None:
    seat = SEATS[place](tool_stage)
    await seat.say("/reasoning off")
    await seat.until(seat.answers)
    await seat.say("/model deepseek-reasoner")
    await says(seat, "deepseek-reasoner")
    tool_stage.wanjie.script.reasoning = lambda _: "A cat is wanted."
    tool_stage.wanjie.script.tool_calls = once("draw_picture", prompt="a red cat on the roof", size="64x64")
    tool_stage.wanjie.script.answer = lambda _: "There you are."
    await seat.say("draw me a cat")
    await says(seat, "There you are.")

    assert [message["reasoning_content"] for message in asked(tool_stage)[-1] if message.get("tool_calls")] == [
        "A cat is wanted.",
    ]  # fmt: skip
    assert len(asked(tool_stage)) == 2


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_the_newest_answer_that_has_words_is_read_aloud(place: str, tool_stage: Stage) -> None:
    seat = SEATS[place](tool_stage)
    tool_stage.wanjie.script.answer = lambda _: "These are words."
    await seat.say("hello")
    await says(seat, "These are words.")
    tool_stage.wanjie.script.tool_calls = once("draw_picture", prompt="a red fox in the snow", size="64x64")
    tool_stage.wanjie.script.answer = lambda _: ""
    await seat.say("draw me a fox")
    await seat.until(seat.posts)
    await seat.say("/speak")
    await seat.until(lambda: len(seat.posts()) == 2)

    spoken = [call.body["input"] for call in tool_stage.wanjie.requests if call.path.endswith("/speech")]
    assert spoken == ["These are words."]


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_tool_that_fails_is_told_to_the_model(place: str, tool_stage: Stage) -> None:
    seat = SEATS[place](tool_stage)
    tool_stage.wanjie.script.refuse = lambda prompt: "forbidden thing" in prompt
    tool_stage.wanjie.script.tool_calls = once("draw_picture", prompt="a forbidden thing")
    tool_stage.wanjie.script.answer = lambda messages: messages[-1]["content"]
    await seat.say("draw it")

    await says(seat, "Not done")


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_options_within_a_model_s_own_prompt_do_no_harm(place: str, tool_stage: Stage) -> None:
    seat = SEATS[place](tool_stage)
    prompt = "a red fox in the snow"
    tool_stage.wanjie.script.tool_calls = once("draw_picture", prompt=f"{prompt} --ar 16:9 --v 6", n=2.0, size="64x64")
    tool_stage.wanjie.script.answer = lambda _: "There you are."
    await seat.say("draw me a fox")
    await says(seat, "There you are.")

    assert [(order["prompt"], order["n"], order["size"]) for order in orders(tool_stage)] == [(prompt, 2, "64x64")]


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_an_answer_that_breaks_off_after_a_picture_draws_no_other_one(place: str, tool_stage: Stage) -> None:
    seat = SEATS[place](tool_stage)
    tool_stage.wanjie.script.tool_calls = once("draw_picture", prompt="a red fox in the snow", size="64x64")
    tool_stage.wanjie.script.answer = lambda _: f"{words(40)} That is all."
    tool_stage.wanjie.script.break_after = 10
    tool_stage.wanjie.script.break_times = 1
    await seat.say("draw me a fox")
    await says(seat, "That is all.")

    assert len(seat.posts()) == 1
    assert len(orders(tool_stage)) == 1
    assert len(asked(tool_stage)) == 4


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_model_that_takes_no_tools_answers_without(place: str, tool_stage: Stage) -> None:
    seat = SEATS[place](tool_stage)
    await seat.say("hello")
    await seat.until(seat.answers)
    tool_stage.wanjie.script.answer = echo
    tool_stage.wanjie.script.fail_next.append(Failure(400, message="tools are not supported", code="invalid_tools"))
    await seat.say("and now?")

    await says(seat, "answer to and now?")


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_an_answer_that_has_begun_is_not_written_again_for_lack_of_tools(place: str, tool_stage: Stage) -> None:
    seat = SEATS[place](tool_stage)
    tool_stage.wanjie.script.answer = lambda _: words(40)
    tool_stage.wanjie.script.error_after = 10
    tool_stage.wanjie.script.error = Failure(400, message="no such thing", code="invalid_request_error")
    await seat.say("hello")
    await says(seat, "could not make sense")

    assert shown(seat).count("w3") == 1
    assert len(asked(tool_stage)) == 1


async def test_without_the_setting_no_tools_are_offered(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    await direct_seat.say("draw a cat")
    await says(direct_seat, "answer to draw a cat")

    assert not any("tools" in call.body for call in stage.wanjie.requests)


async def test_a_chosen_model_that_is_gone_is_replaced_with_one_sentence(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    await seat.say("hello")
    await says(seat, "answer to hello")
    await seat.say("/model kimi-k2")
    await says(seat, "kimi-k2")
    stage.wanjie.script.models = tuple(name for name in stage.wanjie.script.models if name != "kimi-k2")
    await seat.say("one")
    await says(seat, "answer to one")
    await seat.say("two")
    await says(seat, "answer to two")

    assert sum("is not available to this service any more" in answer for answer in seat.answers()) == 1
    models = [call.body["model"] for call in stage.wanjie.requests if call.path.endswith("/chat/completions")]
    assert models == ["deepseek-v3", "kimi-k2", "deepseek-v3", "deepseek-v3"]


async def test_a_video_model_is_awaited_and_its_link_shown(tmp_path: Path) -> None:
    impatient = {"WANJIE_IDLE_TIMEOUT": "1", "WANJIE_FIRST_BYTE_TIMEOUT": "1"}
    async with Stage(tmp_path, extra=impatient, launch=fork) as stage:
        stage.wanjie.script.models = (*stage.wanjie.script.models, "sora-2")
        stage.wanjie.script.video_pause, stage.wanjie.script.answer = 1.5, echo
        await stage.start()
        await stage.ready()
        for seat in (stage.private(), stage.direct()):
            await seat.say("hello")
            await says(seat, "answer to hello")
            await seat.say("/model sora-2")
            await says(seat, "sora-2")
            await seat.say("a cat on a beach")

            await says(seat, "Watch the video", 40)
            assert not [answer for answer in seat.answers() if "try again" in answer]
            assert [message["content"] for message in asked(stage)[-1]] == ["a cat on a beach"]
