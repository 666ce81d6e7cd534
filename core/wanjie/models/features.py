"""What a model can do beside its kind, told from its id: nothing else says it."""

from __future__ import annotations

from core.settings import WanjieSettings

from .id_glob import matches_pattern

# Models whose families see while they do not.
_BLIND = ("o1-mini*", "o1-preview*", "o3-mini*", "gpt-4o*-audio*", "gpt-oss*", "claude-2*", "gemma-3-1b*", "gemma3:1b*")
_SEEING = (
    *("gpt-4o*", "chatgpt-4o*", "gpt-4.1*", "gpt-4.5*", "gpt-4-turbo*", "gpt-5*", "o1*", "o3*", "o4-*"),
    *("gemini*", "gemma-3*", "gemma3*", "claude-3*", "claude-4*", "claude-*-4*", "claude-*-5*", "claude-*-latest"),
    *("*vl*", "*vision*", "*multimodal*", "*omni*", "qvq*", "qwen3.5*", "llava*", "pixtral*", "minicpm-v*"),
    *("glm-4v*", "glm-4.?v*", "kimi-latest*", "kimi-k2.5*", "step-1v*", "step-1o*", "doubao-seed-1.6*"),
    *("grok-4*", "llama-4*", "mistral-small-3*", "mistral-medium-3*"),
)


class ModelFeatures:
    """Tell what models can do; whatever `settings` says counts beside the built-in rules."""

    def __init__(self, settings: WanjieSettings) -> None:
        self._seeing = settings.vision_models
        self._english = settings.english_models
        self._tools = settings.tool_models

    def supports_images(self, model_id: str) -> bool:
        """Whether a chat model takes pictures."""
        return matches_pattern(model_id, self._seeing) or (
            matches_pattern(model_id, _SEEING) and not matches_pattern(model_id, _BLIND)
        )

    def needs_english(self, model_id: str) -> bool:
        """Whether an image model takes prompts in English only."""
        return matches_pattern(model_id, self._english)

    def supports_tools(self, model_id: str) -> bool:
        """Whether a chat model may be given tools."""
        return matches_pattern(model_id, self._tools)
