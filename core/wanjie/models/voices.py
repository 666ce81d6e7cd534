"""The voices that speech models are known to have: nothing in the API lists them."""

from __future__ import annotations

from .id_glob import matches_pattern

# The Open API shows 普通话 alone for its CosyVoice, and none of the speakers that the published model comes with.
# The others: OpenAI, "Text to speech", voice options.
_VOICES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("cosyvoice*",), ("普通话",)),
    (("tts-1*",), ("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer")),
    (
        ("gpt-4o*-tts*",),
        ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse"),
    ),
)


def known_voices(model_id: str) -> tuple[str, ...]:
    """The documented voices of a speech model, in its own words; () when none are."""
    return next((voices for patterns, voices in _VOICES if matches_pattern(model_id, patterns)), ())
