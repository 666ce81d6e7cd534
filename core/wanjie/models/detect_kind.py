"""The kind of a model (chat, speech, image, …), found by rules for its id: the list of models does not say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from core.settings import ModelKindName

from .id_glob import matches_pattern

ModelKind: TypeAlias = ModelKindName | Literal["other"]
"""`other`: models that a chat cannot use, such as those for embedding, ranking and transcription."""

# The first matching pattern decides, so the narrow ones come first.
_KIND_RULES: tuple[tuple[ModelKind, tuple[str, ...]], ...] = (
    ("other", ("*embed*", "bge-*", "gte-*", "m3e*", "*rerank*", "*moderation*", "*guard*")),
    ("other", ("whisper*", "*-asr*", "*transcri*", "sensevoice*", "paraformer*", "*speech-to-text*", "*realtime*")),
    (
        "video",
        ("sora*", "veo*", "kling*", "hailuo*", "vidu*", "pika*", "runway*", "luma*", "cogvideo*", "hunyuanvideo*"),
    ),
    ("video", ("hunyuanvideo*", "*seedance*", "wan2*", "*-t2v*", "*-i2v*", "*text-to-video*", "*image-to-video*")),
    ("image", ("flux*", "dall-e*", "*-image*", "imagen*", "stable-diffusion*", "sd3*", "sdxl*", "kolors*", "cogview*")),
    ("image", ("*seedream*", "midjourney*", "mj-*", "ideogram*", "recraft*", "hidream*", "wanx*", "*-t2i*")),
    ("speech", ("cosyvoice*", "tts-*", "*-tts*", "chattts*", "fish-speech*", "speech-*", "gpt-sovits*")),
)


class ModelKinds:
    """Find the kind of a model; `extra` rules (pattern → kind, case ignored) come before the built-in ones."""

    def __init__(self, extra: Mapping[str, ModelKindName] | None = None) -> None:
        own: list[tuple[ModelKind, tuple[str, ...]]] = [(kind, (pattern,)) for pattern, kind in (extra or {}).items()]
        self._rules = (*own, *_KIND_RULES)

    def detect_kind(self, model_id: str) -> ModelKind:
        """Match the id with each rule in turn; without a match it is a chat model."""
        for kind, patterns in self._rules:
            if matches_pattern(model_id, patterns):
                return kind
        return "chat"
