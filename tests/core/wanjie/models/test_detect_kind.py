"""What models are for, told from their ids."""

from __future__ import annotations

import pytest

from core.wanjie import ModelKinds


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        (
            "chat",
            "deepseek-v3 deepseek-reasoner qwen3-32b qwen3-next qwen3-coder qwen3-235b kimi-k2 GPT-4o GPT-4.1",
        ),
        (
            "chat",
            "claude-3.7-sonnet-20250219 claude-sonnet-4-20250514 gemini-2.5-flash-lite Qwen/Qwen3-8B glm-4.5v o3-mini",
        ),
        ("speech", "CosyVoice CosyVoice2-0.5B FunAudioLLM/CosyVoice2-0.5B tts-1-hd gpt-4o-mini-tts qwen3-tts-flash"),
        (
            "image",
            "Flux.1-Schnell black-forest-labs/FLUX.1-dev dall-e-3 gpt-image-1 qwen-image Kolors doubao-seedream-4-0",
        ),
        ("video", "sora-2 veo3.1 Veo3.1-fast kling-v2 wan2.2-t2v-plus doubao-seedance-1-0-pro"),
        ("other", "text-embedding-3-large BAAI/bge-m3 qwen3-embedding-8b qwen3-reranker whisper-1 gpt-4o-transcribe"),
    ],
)
def test_built_in_rules_detect_the_kinds_of_common_models(kind: str, ids: str) -> None:
    kinds = ModelKinds()

    assert {name: kinds.detect_kind(name) for name in ids.split()} == dict.fromkeys(ids.split(), kind)


def test_configured_rules_come_first_in_order_and_ignore_case() -> None:
    kinds = ModelKinds({"My-*": "speech", "my-painter": "image", "*-TTS": "chat"})

    assert kinds.detect_kind("my-painter") == "speech"
    assert kinds.detect_kind("vendor/MY-voice") == "speech"
    assert kinds.detect_kind("qwen-tts") == "chat"
    assert kinds.detect_kind("Flux.1-Schnell") == "image"
