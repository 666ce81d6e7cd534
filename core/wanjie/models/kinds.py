"""What a model is for, told from its id: nothing else in the list of models says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from core.settings import Kind

from .id_glob import matches_pattern

ModelKind: TypeAlias = Kind | Literal["other"]
"""`other`: models that a chat has no use for, such as those for embedding, ranking and transcription."""

# The first pattern that fits decides, so the narrow ones stand first.
_RULES: tuple[tuple[ModelKind, tuple[str, ...]], ...] = (
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
    """Tell the kind of a model; `extra` rules (pattern → kind, case ignored) come before the built-in ones."""

    def __init__(self, extra: Mapping[str, Kind] | None = None) -> None:
        own: list[tuple[ModelKind, tuple[str, ...]]] = [(kind, (pattern,)) for pattern, kind in (extra or {}).items()]
        self._rules = (*own, *_RULES)

    def kind_of(self, model_id: str) -> ModelKind:
        """Fit the id to each rule in turn; what fits none is a chat model."""
        for kind, patterns in self._rules:
            if matches_pattern(model_id, patterns):
                return kind
        return "chat"
