"""Models that stand for those that nobody chose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal, TypeAlias

import pytest
from structlog.testing import capture_logs

from bots.sandbox.wanjie.simulator import WanjieSim
from core.settings import WanjieSettings
from core.wanjie import Catalog, KeyRejectedError, WanjieClient
from tests.clock import Clock

DefaultKind: TypeAlias = Literal["speech", "image"]


async def test_the_default_is_the_first_chat_model(sim: WanjieSim, catalog: Catalog) -> None:
    sim.script.models = ("bge-m3", "CosyVoice", "kimi-k2", "GPT-4o")

    assert await catalog.choose_default("chat") == "kimi-k2"


async def test_a_key_without_chat_models_has_no_default(sim: WanjieSim, catalog: Catalog) -> None:
    sim.script.models = ("CosyVoice",)

    assert await catalog.choose_default("chat") is None


async def test_a_configured_default_is_spelt_as_listed(catalog_for: Callable[..., Catalog]) -> None:
    assert await catalog_for(default_model="gpt 4o").choose_default("chat") == "GPT-4o"


async def test_an_unlisted_configured_default_is_replaced_by_the_first_model(
    sim: WanjieSim, catalog_for: Callable[..., Catalog]
) -> None:
    sim.script.models = ("CosyVoice", "kimi-k2", "qwen3-32b", "qwen3-next")
    catalog = catalog_for(default_model="deepseek-v4")

    with capture_logs() as log:
        assert [await catalog.choose_default("chat"), await catalog.choose_default("chat")] == ["kimi-k2"] * 2
    assert [line["instead"] for line in log if line["log_level"] == "warning"] == ["kimi-k2"]


async def test_an_ambiguous_configured_default_means_the_first_match(
    sim: WanjieSim, catalog_for: Callable[..., Catalog]
) -> None:
    sim.script.models = ("kimi-k2", "qwen3-32b", "qwen3-next")

    assert await catalog_for(default_model="qwen3").choose_default("chat") == "qwen3-32b"


async def test_a_configured_default_is_kept_when_none_of_its_kind_is_listed(
    sim: WanjieSim, catalog_for: Callable[..., Catalog]
) -> None:
    sim.script.models = ("CosyVoice",)

    assert await catalog_for(default_model="private-model").choose_default("chat") == "private-model"


async def test_models_are_listed_in_any_spelling(catalog_for: Callable[..., Catalog]) -> None:
    assert await catalog_for().has_model("deepseek V3")
    assert not await catalog_for().has_model("deepseek-v4")


async def test_a_configured_default_needs_no_list(sim: WanjieSim, catalog_for: Callable[..., Catalog]) -> None:
    sim.script.key = "another"

    assert await catalog_for(default_model="kimi-k2").choose_default("chat") == "kimi-k2"
    with pytest.raises(KeyRejectedError):
        await catalog_for().choose_default("chat")


async def test_a_configured_default_does_not_wait_for_a_slow_list(
    sim: WanjieSim, client: WanjieClient, settings_for: Callable[..., WanjieSettings], clock: Clock
) -> None:
    catalog = Catalog(client, settings_for(default_model="kimi K2"), refresh_timeout=0.2, clock=clock)
    sim.script.header_delay = 60
    unlisted = [await catalog.choose_default("chat"), await catalog.choose_default("chat")]
    asked = len(sim.requests)
    sim.script.header_delay = 0

    assert unlisted == ["kimi K2", "kimi K2"]
    assert asked <= 1  # on a slow machine the first request may not have got there
    async with asyncio.timeout(60):  # there, the list may also come too late more than once
        while await catalog.choose_default("chat") != "kimi-k2":
            clock.now += 31


@pytest.mark.parametrize(("kind", "first"), [("speech", "CosyVoice"), ("image", "Flux.1-Schnell")])
async def test_each_kind_has_its_default(catalog_for: Callable[..., Catalog], kind: DefaultKind, first: str) -> None:
    chosen = catalog_for(**{f"{kind}_model": "deepseek v3"})
    unlisted = catalog_for(**{f"{kind}_model": "Another-One"})

    assert await catalog_for().choose_default(kind) == first
    assert await chosen.choose_default(kind) == "deepseek-v3"
    assert await unlisted.choose_default(kind) == first


async def test_a_kind_without_models_has_no_default(sim: WanjieSim, catalog: Catalog) -> None:
    sim.script.models = ("deepseek-v3",)

    assert await catalog.choose_default("speech") is None


async def test_the_catalog_knows_the_features_of_its_models(catalog_for: Callable[..., Catalog]) -> None:
    assert catalog_for(vision_models=("kimi*",)).features.supports_images("kimi-k2")
