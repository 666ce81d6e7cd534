"""The features of a model, found by patterns of its id: the API does not list them."""

from __future__ import annotations

from core.settings import WanjieSettings

from .id_glob import matches_pattern

# Models without vision in families that have it.
_TEXT_ONLY_PATTERNS = (
    "o1-mini*",
    "o1-preview*",
    "o3-mini*",
    "gpt-4o*-audio*",
    "gpt-oss*",
    "claude-2*",
    "gemma-3-1b*",
    "gemma3:1b*",
)
_VISION_PATTERNS = (
    *("gpt-4o*", "chatgpt-4o*", "gpt-4.1*", "gpt-4.5*", "gpt-4-turbo*", "gpt-5*", "o1*", "o3*", "o4-*"),
    *("gemini*", "gemma-3*", "gemma3*", "claude-3*", "claude-4*", "claude-*-4*", "claude-*-5*", "claude-*-latest"),
    *("*vl*", "*vision*", "*multimodal*", "*omni*", "qvq*", "qwen3.5*", "llava*", "pixtral*", "minicpm-v*"),
    *("glm-4v*", "glm-4.?v*", "kimi-latest*", "kimi-k2.5*", "step-1v*", "step-1o*", "doubao-seed-1.6*"),
    *("grok-4*", "llama-4*", "mistral-small-3*", "mistral-medium-3*"),
)


class ModelFeatures:
    """Find the features of models; the patterns in `settings` add to the built-in ones."""

    def __init__(self, settings: WanjieSettings) -> None:
        self._vision_patterns = settings.vision_models
        self._english_patterns = settings.english_models
        self._tool_patterns = settings.tool_models

    def supports_images(self, model_id: str) -> bool:
        """Whether a chat model accepts images."""
        return matches_pattern(model_id, self._vision_patterns) or (
            matches_pattern(model_id, _VISION_PATTERNS) and not matches_pattern(model_id, _TEXT_ONLY_PATTERNS)
        )

    def needs_english(self, model_id: str) -> bool:
        """Whether an image model accepts prompts in English only."""
        return matches_pattern(model_id, self._english_patterns)

    def supports_tools(self, model_id: str) -> bool:
        """Whether a chat model may be given tools."""
        return matches_pattern(model_id, self._tool_patterns)
