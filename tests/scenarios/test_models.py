"""Models, chosen by name and by search, on every kind of conversation."""

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie.script import MODELS, Failure
from tests.scenarios.choosing import begun, opens, picks, titles, uses
from tests.scenarios.saying import says

ARTISTS = (*MODELS, "kolors", "tts-1", "sora-2", "bge-m3")


async def test_a_model_is_chosen_by_name_in_any_spelling(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    await seat.say("/model gpt 4o")
    await says(seat, "GPT-4o")

    await uses(seat, stage, "GPT-4o")


async def test_models_of_every_kind_are_chosen_by_name(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage, ARTISTS)
    await seat.say("/model TTS_1")
    await says(seat, "speaks")
    await seat.say("/model Kolors")
    await says(seat, "draws")
    await seat.say("/model sora")
    await says(seat, "with a video")

    assert "tts-1" in await opens(seat, "/model speech")
    assert "kolors" in await opens(seat, "/model image")
    await seat.say("a cat that dances")
    await seat.until(lambda: [call for call in stage.wanjie.requests if call.body.get("model") == "sora-2"])


async def test_a_model_that_is_of_no_use_here_is_not_set(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage, ARTISTS)
    await seat.say("/model bge-m3")
    await says(seat, "no model called “bge-m3”")

    await uses(seat, stage, "deepseek-v3")


async def test_a_part_that_only_one_model_has_is_its_name(direct_seat: Seat, stage: Stage) -> None:
    await begun(direct_seat, stage)
    await direct_seat.say("/model coder")
    await says(direct_seat, "qwen3-coder")

    await uses(direct_seat, stage, "qwen3-coder")


async def test_a_name_that_several_models_have_shows_them(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage, (*MODELS, "qwen-image"))
    title = await opens(seat, "/model Qwen")

    assert "“Qwen” fits 5 models" in title
    await picks(seat, "qwen3-next")
    await uses(seat, stage, "qwen3-next")


async def test_a_search_can_be_for_one_kind(direct_seat: Seat, stage: Stage) -> None:
    await begun(direct_seat, stage, (*MODELS, "gpt-image-1", "gpt-image-2"))
    await opens(direct_seat, "/model image gpt")
    await picks(direct_seat, "gpt-image-2")

    assert "gpt-image-2" in await opens(direct_seat, "/model image")


async def test_an_unknown_model_gets_suggestions(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    await seat.say("/model deepseek-v33")

    await says(seat, "Did you mean")
    await says(seat, "deepseek-v3")


@pytest.mark.parametrize("name", ["xyzzy" * 2_000, "///", "🦖🦖🦖"], ids=["long", "slashes", "emoji"])
async def test_a_name_that_is_none_gets_a_sentence(direct_seat: Seat, stage: Stage, name: str) -> None:
    await direct_seat.say(f"/model {name[:3_000]}")

    assert len(await says(direct_seat, "I know no model called")) < 300


async def test_a_kind_that_the_key_has_not_is_told(direct_seat: Seat, stage: Stage) -> None:
    await direct_seat.say("/model video")

    await says(direct_seat, "no models for “Video”")


async def test_a_choice_is_taken_back(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage, ARTISTS)
    await seat.say("/model kimi-k2")
    await says(seat, "kimi-k2")
    await seat.say("/model kolors")
    await says(seat, "draws")
    await seat.say("/model default")
    await says(seat, "taken back")

    await uses(seat, stage, "deepseek-v3")
    assert "kolors" in await opens(seat, "/model image")
    await seat.say("/model image 默认")
    await seat.until(lambda: sum("taken back" in answer for answer in seat.answers()) == 2)
    assert "Flux.1-Schnell" in await opens(seat, "/model image")


async def test_the_models_of_a_channel_hold_in_its_threads(stage: Stage) -> None:
    seat = stage.thread()
    stage.wanjie.script.models = ARTISTS
    await seat.say("/model kimi-k2")
    await says(seat, "in this channel and its threads")
    await seat.say("/model kolors")
    await says(seat, "draws in this channel and its threads")
    await begun(seat, stage)

    await uses(seat, stage, "kimi-k2")
    assert "kolors" in await opens(seat, "/model image")


async def test_the_model_of_a_thread_holds_there_alone(stage: Stage) -> None:
    seat = stage.thread()
    await begun(seat, stage)
    await seat.say("/model kimi-k2")
    await says(seat, "in this thread")

    await uses(seat, stage, "kimi-k2")
    seat.root = None
    await uses(seat, stage, "deepseek-v3", "and you")


async def test_kinds_and_menus_speak_chinese_too(stage: Stage) -> None:
    for seat in (stage.private(language="zh-hans"), stage.direct(locale="zh-CN")):
        await seat.say("/model 图片")
        await says(seat, "由哪个模型画图")
        await seat.say("/model cosyvoice")

        await says(seat, "朗读")
        assert not titles(seat)


@pytest.mark.parametrize("bare", [False, True], ids=["object", "bare-list"])
async def test_lists_of_every_length_make_a_menu(stage: Stage, bare: bool) -> None:  # noqa: FBT001 - a parameter of the test
    for count in (1, 8, 9, 101, 350):
        stage.wanjie.script.bare_list = bare
        stage.wanjie.script.models = tuple(f"vendor/model: {'x' * 120} {number}" for number in range(count))
        for seat in (stage.private(), stage.direct()):
            await opens(seat, "/model")


async def test_a_key_without_models_is_told_so(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.models = ("bge-m3",)
    await direct_seat.say("/model")

    await says(direct_seat, "no chat model")


async def test_the_default_is_taken_back_to_without_the_list_of_models(empty_stage: Stage) -> None:
    empty_stage.wanjie.script.fail_next += [Failure(503, path="/models") for _ in range(60)]
    await empty_stage.start()
    await empty_stage.ready()
    for seat in (empty_stage.private(), empty_stage.direct()):
        await seat.say("/model default")
        await says(seat, "deepseek-v3")
        await seat.say("/model speech default")

        await says(seat, "the default holds again")
