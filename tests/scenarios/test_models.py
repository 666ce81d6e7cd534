"""Models, chosen by name and by search, on every kind of conversation."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.scripted_behaviour import MODELS, Failure
from tests.scenarios.conversation_steps import says
from tests.scenarios.model_menu_steps import begun, opens, picks, titles, uses

ARTISTS = (*MODELS, "kolors", "tts-1", "sora-2", "bge-m3")


async def test_a_model_is_chosen_by_name_in_any_spelling(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    await persona.say("/model gpt 4o")
    await says(persona, "GPT-4o")

    await uses(persona, harness, "GPT-4o")


async def test_models_of_every_kind_are_chosen_by_name(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness, ARTISTS)
    await persona.say("/model TTS_1")
    await says(persona, "spoken answers")
    await persona.say("/model Kolors")
    await says(persona, "for pictures")
    await persona.say("/model sora")
    await says(persona, "with a video")

    assert "tts-1" in await opens(persona, "/model speech")
    assert "kolors" in await opens(persona, "/model image")
    await persona.say("a cat that dances")
    await persona.until(lambda: [call for call in harness.wanjie.requests if call.body.get("model") == "sora-2"])


async def test_a_model_of_an_unusable_kind_is_not_set(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness, ARTISTS)
    await persona.say("/model bge-m3")
    await says(persona, "don't know a model called “bge-m3”")

    await uses(persona, harness, "deepseek-v3")


async def test_a_unique_part_of_a_name_selects_the_model(direct_persona: Persona, harness: ServiceHarness) -> None:
    await begun(direct_persona, harness)
    await direct_persona.say("/model coder")
    await says(direct_persona, "qwen3-coder")

    await uses(direct_persona, harness, "qwen3-coder")


async def test_an_ambiguous_name_lists_the_models(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness, (*MODELS, "qwen-image"))
    title = await opens(persona, "/model Qwen")

    assert "5 models match “Qwen”" in title
    await picks(persona, "qwen3-next")
    await uses(persona, harness, "qwen3-next")


async def test_a_search_can_be_limited_to_one_kind(direct_persona: Persona, harness: ServiceHarness) -> None:
    await begun(direct_persona, harness, (*MODELS, "gpt-image-1", "gpt-image-2"))
    await opens(direct_persona, "/model image gpt")
    await picks(direct_persona, "gpt-image-2")

    assert "gpt-image-2" in await opens(direct_persona, "/model image")


async def test_an_unknown_model_gets_suggestions(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    await persona.say("/model deepseek-v33")

    await says(persona, "Did you mean")
    await says(persona, "deepseek-v3")


@pytest.mark.parametrize("name", ["xyzzy" * 2_000, "///", "🦖🦖🦖"], ids=["long", "slashes", "emoji"])
async def test_an_invalid_name_is_explained(direct_persona: Persona, harness: ServiceHarness, name: str) -> None:
    await direct_persona.say(f"/model {name[:3_000]}")

    assert len(await says(direct_persona, "I don't know a model called")) < 300


async def test_a_kind_without_models_is_explained(direct_persona: Persona, harness: ServiceHarness) -> None:
    await direct_persona.say("/model video")

    await says(direct_persona, "no models for “Video”")


async def test_a_choice_can_be_reset(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness, ARTISTS)
    await persona.say("/model kimi-k2")
    await says(persona, "kimi-k2")
    await persona.say("/model kolors")
    await says(persona, "for pictures")
    await persona.say("/model default")
    await says(persona, "Back to the default")

    await uses(persona, harness, "deepseek-v3")
    assert "kolors" in await opens(persona, "/model image")
    await persona.say("/model image 默认")
    await persona.until(lambda: sum("Back to the default" in answer for answer in persona.answers()) == 2)
    assert "Flux.1-Schnell" in await opens(persona, "/model image")


async def test_the_models_of_a_channel_hold_in_its_threads(harness: ServiceHarness) -> None:
    persona = harness.thread()
    harness.wanjie.script.models = ARTISTS
    await persona.say("/model kimi-k2")
    await says(persona, "in this channel and its threads")
    await persona.say("/model kolors")
    await says(persona, "for pictures in this channel and its threads")
    await begun(persona, harness)

    await uses(persona, harness, "kimi-k2")
    assert "kolors" in await opens(persona, "/model image")


async def test_the_model_of_a_thread_holds_there_alone(harness: ServiceHarness) -> None:
    persona = harness.thread()
    await begun(persona, harness)
    await persona.say("/model kimi-k2")
    await says(persona, "in this thread")

    await uses(persona, harness, "kimi-k2")
    persona.root = None
    await uses(persona, harness, "deepseek-v3", "and you")


async def test_kinds_and_menus_exist_in_chinese(harness: ServiceHarness) -> None:
    for persona in (harness.private(language="zh-hans"), harness.direct(locale="zh-CN")):
        await persona.say("/model 图片")
        await says(persona, "由哪个模型画图")
        await persona.say("/model cosyvoice")

        await says(persona, "朗读")
        assert not titles(persona)


@pytest.mark.parametrize("bare", [False, True], ids=["object", "bare-list"])
async def test_lists_of_every_length_make_a_menu(harness: ServiceHarness, bare: bool) -> None:  # noqa: FBT001 - a parameter of the test
    for count in (1, 8, 9, 101, 350):
        harness.wanjie.script.bare_list = bare
        harness.wanjie.script.models = tuple(f"vendor/model: {'x' * 120} {number}" for number in range(count))
        for persona in (harness.private(), harness.direct()):
            await opens(persona, "/model")


async def test_a_key_without_models_is_explained(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.models = ("bge-m3",)
    await direct_persona.say("/model")

    await says(direct_persona, "No chat model")


async def test_the_default_can_be_restored_without_the_list_of_models(empty_harness: ServiceHarness) -> None:
    empty_harness.wanjie.script.fail_next += [Failure(503, path="/models") for _ in range(60)]
    await empty_harness.start()
    await empty_harness.ready()
    for persona in (empty_harness.private(), empty_harness.direct()):
        await persona.say("/model default")
        await says(persona, "deepseek-v3")
        await persona.say("/model speech default")

        await says(persona, "Back to the default.")
