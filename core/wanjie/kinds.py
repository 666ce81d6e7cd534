"""What a model is for, told from its id: nothing else in the list of models says it."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from core.settings import Kind

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


class Kinds:
    """Tell the kind of a model; `extra` rules (pattern → kind, case ignored) come before the built-in ones."""

    def __init__(self, extra: Mapping[str, Kind] | None = None) -> None:
        own: list[tuple[str, ModelKind]] = [(pattern.casefold(), kind) for pattern, kind in (extra or {}).items()]
        self._rules = own + [(pattern, kind) for kind, patterns in _RULES for pattern in patterns]

    def of(self, model_id: str) -> ModelKind:
        """Fit the whole id, and the part behind its vendor (`BAAI/bge-m3`); what fits no rule is a chat model."""
        folded = model_id.casefold()
        names = {folded, folded.rpartition("/")[2]}
        for pattern, kind in self._rules:
            if any(fnmatchcase(name, pattern) for name in names):
                return kind
        return "chat"
