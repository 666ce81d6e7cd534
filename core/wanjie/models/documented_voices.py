"""The documented voices of speech models: the API does not list them."""

from __future__ import annotations

from .id_glob import matches_pattern

# The Open API shows only 普通话 for its CosyVoice, and none of the speakers of the published model.
# Source of the others: OpenAI, "Text to speech", voice options.
_VOICES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("cosyvoice*",), ("普通话",)),
    (("tts-1*",), ("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer")),
    (
        ("gpt-4o*-tts*",),
        ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse"),
    ),
)


def list_known_voices(model_id: str) -> tuple[str, ...]:
    """List the documented voices of a speech model, as it spells them; () when none are."""
    return next((voices for patterns, voices in _VOICES if matches_pattern(model_id, patterns)), ())
