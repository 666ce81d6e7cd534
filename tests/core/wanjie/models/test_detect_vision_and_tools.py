"""What models can do, told from their ids."""

from __future__ import annotations

import pytest

from core.wanjie import ModelFeatures
from tests.core.wanjie.raw_server import SettingsFactory

VISION_MODELS = """
    GPT-4o gpt-4o-mini chatgpt-4o-latest GPT-4.1 gpt-4.1-nano gpt-5 gpt-5-mini o1 o3 o4-mini gemini-2.5-flash
    gemini-2.5-pro gemini-2.5-flash-lite claude-3.7-sonnet-20250219 claude-sonnet-4-20250514 claude-opus-4-1
    claude-3-5-sonnet-latest claude-haiku-4-5 qwen2.5-vl-72b-instruct qwen-vl-max Qwen/Qwen3-VL-235B InternVL3-78B
    llama-3.2-90b-vision-instruct moonshot-v1-8k-vision-preview glm-4v glm-4v-plus glm-4.5v kimi-k2.5 QVQ-72B
    doubao-1.5-vision-pro doubao-seed-1.6 grok-4 llama-4-maverick google/gemma-3-27b-it qwen2.5-omni-7b"""
BLIND = """deepseek-v3 deepseek-reasoner qwen3-32b qwen3-next qwen3-coder qwen3-235b kimi-k2 glm-4 glm-4.5 glm-4-voice
    gpt-3.5-turbo gpt-4 gpt-oss-120b o1-mini o3-mini claude-2.1 llama-3.3-70b moonshot-v1-8k step-1-8k"""


@pytest.mark.parametrize(("ids", "sees"), [(VISION_MODELS, True), (BLIND, False)])
def test_vision_of_common_models_is_detected(settings_for: SettingsFactory, ids: str, *, sees: bool) -> None:
    traits = ModelFeatures(settings_for())

    assert [name for name in ids.split() if traits.supports_images(name) is not sees] == []


def test_further_vision_models_can_be_configured(settings_for: SettingsFactory) -> None:
    traits = ModelFeatures(settings_for(vision_models=("My-Eyes*", "o3-mini")))

    assert traits.supports_images("vendor/my-eyes-2")
    assert traits.supports_images("o3-mini")
    assert not traits.supports_images("deepseek-v3")


def test_flux_needs_english(settings_for: SettingsFactory) -> None:
    traits = ModelFeatures(settings_for())

    assert traits.needs_english("Flux.1-Schnell")
    assert traits.needs_english("black-forest-labs/FLUX.1-dev")
    assert not traits.needs_english("kolors")
    assert not ModelFeatures(settings_for(english_models=())).needs_english("Flux.1-Schnell")


def test_only_configured_models_get_tools(settings_for: SettingsFactory) -> None:
    assert ModelFeatures(settings_for()).supports_tools("anything")
    assert not ModelFeatures(settings_for(tool_models=("gpt*",))).supports_tools("deepseek-v3")
    assert ModelFeatures(settings_for(tool_models=("gpt*",))).supports_tools("openai/GPT-4o")
