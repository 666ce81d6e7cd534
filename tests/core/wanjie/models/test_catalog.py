"""The models of the key, cached, and found as people name them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.settings import WanjieSettings
from core.wanjie import AmbiguousModelError, Catalog, KeyRejectedError, Model, UnknownModelError, WanjieClient
from tests.clock import Clock


async def test_models_keep_the_order_of_the_platform_and_have_a_kind(catalog: Catalog) -> None:
    listed = await catalog.list_models()

    assert [model.id for model in listed[:2]] == ["qwen3-32b", "claude-3.7-sonnet-20250219"]
    assert await catalog.list_models("speech") == (Model("CosyVoice", "speech"),)
    assert [model.id for model in await catalog.list_models("image")] == ["Flux.1-Schnell"]
    assert len(await catalog.list_models("chat")) == 14
    assert await catalog.list_models("video") == ()


async def test_the_list_is_requested_once_in_its_lifetime(sim: WanjieSim, catalog: Catalog, clock: Clock) -> None:
    await catalog.list_models()
    clock.now += 59
    await catalog.list_models()
    asked_when_fresh = len(sim.requests)
    clock.now += 2
    await catalog.list_models()

    assert (asked_when_fresh, len(sim.requests)) == (1, 2)


async def test_many_callers_share_one_request(sim: WanjieSim, catalog: Catalog) -> None:
    sim.script.header_delay = 0.05
    lists = await asyncio.gather(*(catalog.list_models() for _ in range(20)))

    assert len(sim.requests) == 1
    assert all(listed == lists[0] for listed in lists)


async def test_many_callers_share_one_failure(sim: WanjieSim, catalog: Catalog) -> None:
    sim.script.header_delay, sim.script.key = 0.05, "another"
    outcomes = await asyncio.gather(*(catalog.list_models() for _ in range(20)), return_exceptions=True)

    assert len(sim.requests) == 1
    assert all(isinstance(outcome, KeyRejectedError) for outcome in outcomes)


async def test_a_failure_without_a_list_is_not_remembered(sim: WanjieSim, catalog: Catalog, clock: Clock) -> None:
    sim.script.fail_next.append(Failure(401))
    with pytest.raises(KeyRejectedError):
        await catalog.list_models()
    clock.now += 0.001

    assert await catalog.list_models("speech")


async def test_a_cancelled_caller_leaves_the_request_to_the_next(sim: WanjieSim, catalog: Catalog) -> None:
    sim.script.header_delay = 0.05
    first, second = asyncio.create_task(catalog.list_models()), asyncio.create_task(catalog.list_models())
    await asyncio.sleep(0.01)
    first.cancel()

    assert len(await second) == 16


async def test_an_old_list_is_used_while_the_platform_fails(sim: WanjieSim, catalog: Catalog, clock: Clock) -> None:
    before = await catalog.list_models()
    clock.now += 61
    sim.script.fail_next.extend([Failure(500)] * 3)
    stale = [await catalog.list_models(), await catalog.list_models()]
    asked = len(sim.requests)
    clock.now += 31
    sim.script.models = ("kimi-k2",)

    assert stale == [before, before]
    assert asked == 4
    assert await catalog.list_models() == (Model("kimi-k2", "chat"),)


async def test_an_old_list_is_used_while_the_platform_is_silent(
    sim: WanjieSim, client: WanjieClient, settings_for: Callable[..., WanjieSettings], clock: Clock
) -> None:
    catalog = Catalog(client, settings_for(catalog_ttl=60), refresh_timeout=0.05, clock=clock)
    before = await catalog.list_models()
    clock.now += 61
    sim.script.header_delay = 60

    assert await catalog.list_models() == before


async def test_an_invalidated_list_is_requested_again(sim: WanjieSim, catalog: Catalog) -> None:
    await catalog.list_models()
    sim.script.models = ("kimi-k2",)
    catalog.invalidate()

    assert len(await catalog.list_models()) == 1


async def test_kinds_can_be_configured(catalog_for: Callable[..., Catalog]) -> None:
    catalog = catalog_for(model_kinds="qwen3-*=image")

    assert [model.id for model in await catalog.list_models("image")] == [
        "qwen3-32b",
        "qwen3-next",
        "qwen3-coder",
        "qwen3-235b",
        "Flux.1-Schnell",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("GPT-4o", "GPT-4o"),
        ("gpt4O", "GPT-4o"),
        (" gpt 4.1 ", "GPT-4.1"),
        ("DeepSeek_V3", "deepseek-v3"),
        ("gemini 2.5 flash", "gemini-2.5-flash"),
        ("gemini-2.5-flash-l", "gemini-2.5-flash-lite"),
        ("kimi", "kimi-k2"),
        ("claude-3.7", "claude-3.7-sonnet-20250219"),
        ("COSYVOICE", "CosyVoice"),
    ],
)
async def test_a_model_is_found_in_any_spelling(catalog: Catalog, text: str, name: str) -> None:
    assert (await catalog.resolve(text)).id == name


async def test_the_vendor_of_a_name_is_optional(sim: WanjieSim, catalog: Catalog) -> None:
    sim.script.models = ("Qwen/Qwen3-8B", "BAAI/bge-m3")

    assert (await catalog.resolve("qwen3 8b")).id == "Qwen/Qwen3-8B"
    assert (await catalog.resolve("qwen/qwen3-8b")).id == "Qwen/Qwen3-8B"


async def test_the_exact_spelling_is_preferred(sim: WanjieSim, catalog: Catalog) -> None:
    sim.script.models = ("gpt-4o", "GPT-4o", "gpt4o")

    assert (await catalog.resolve("GPT-4o")).id == "GPT-4o"
    with pytest.raises(AmbiguousModelError):
        await catalog.resolve("Gpt 4o")


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("deepseek", ("deepseek-reasoner", "deepseek-v3")),
        ("qwen3-2", None),
        ("Gemini 2.5", ("gemini-2.5-flash-lite", "gemini-2.5-flash", "gemini-2.5-pro")),
    ],
)
async def test_a_prefix_of_several_models_is_ambiguous(
    catalog: Catalog, text: str, candidates: tuple[str, ...] | None
) -> None:
    if candidates is None:
        assert (await catalog.resolve(text)).id == "qwen3-235b"
        return
    with pytest.raises(AmbiguousModelError) as caught:
        await catalog.resolve(text)

    assert caught.value.candidates == candidates


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [("deepsek v3", "deepseek-v3"), ("cloude sonnet 4", "claude-sonnet-4-20250514"), ("gpt5", "GPT-4o")],
)
async def test_an_unknown_model_gets_suggestions(catalog: Catalog, text: str, suggestion: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        await catalog.resolve(text)

    assert suggestion in caught.value.suggestions
    assert caught.value.text == text
    assert len(caught.value.suggestions) <= 5


@pytest.mark.parametrize("text", ["", "  ", "-._", "@@@", "天气"])
async def test_a_text_unlike_any_model_gets_no_suggestions(catalog: Catalog, text: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        await catalog.resolve(text)

    assert caught.value.suggestions == ()


async def test_only_models_of_the_wanted_kind_are_found(catalog: Catalog) -> None:
    with pytest.raises(UnknownModelError) as caught:
        await catalog.resolve("CosyVoice", "chat")

    assert "CosyVoice" not in caught.value.suggestions
    assert (await catalog.resolve("flux", "image")).id == "Flux.1-Schnell"


async def test_a_doubtful_list_is_requested_again_but_not_every_time(
    sim: WanjieSim, catalog: Catalog, clock: Clock
) -> None:
    await catalog.list_models()
    sim.script.models = ("gpt-6",)
    at_once = catalog.invalidate_unless_fresh()
    clock.now += 5
    later = catalog.invalidate_unless_fresh()
    listed = await catalog.list_models()
    again = catalog.invalidate_unless_fresh()

    assert (at_once, later, again) == (False, True, False)
    assert [model.id for model in listed] == ["gpt-6"]
    assert len(sim.requests) == 2


async def test_doubts_do_not_flood_a_failing_platform(sim: WanjieSim, catalog: Catalog, clock: Clock) -> None:
    listed = await catalog.list_models()
    clock.now += 5
    sim.script.key = "another"
    for _ in range(10):
        catalog.invalidate_unless_fresh()
        assert await catalog.list_models() == listed

    assert len(sim.requests) == 2


@pytest.mark.parametrize("bare", [True, False])
async def test_a_list_of_any_length_is_cut(sim: WanjieSim, catalog: Catalog, *, bare: bool) -> None:
    sim.script.bare_list = bare
    sim.script.models = tuple(f"vendor/model-{number}" for number in range(20_000))

    listed = await catalog.list_models()

    assert len(listed) == 2_000
    assert listed[0].id == "vendor/model-0"
    assert await catalog.choose_default("chat") == "vendor/model-0"


@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        (["a" * 201, "b", "b" * 200], ["b", "b" * 200]),
        (["a\ud83d", "\0"], ["a\ufffd", "\ufffd"]),
        ([" ", "a", "a"], ["a"]),
    ],
)
async def test_ids_are_clean_and_short(sim: WanjieSim, catalog: Catalog, ids: list[str], kept: list[str]) -> None:
    sim.script.models = tuple(ids)

    assert [model.id for model in await catalog.list_models()] == kept
