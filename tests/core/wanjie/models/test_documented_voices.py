"""The voices that models are known to have."""

import pytest

from core.wanjie import list_known_voices


@pytest.mark.parametrize(
    ("model", "voice"),
    [
        ("CosyVoice", "普通话"),
        ("FunAudioLLM/CosyVoice2-0.5B", "普通话"),
        ("tts-1-hd", "alloy"),
        ("gpt-4o-mini-tts", "verse"),
    ],
)
def test_documented_voices_are_listed(model: str, voice: str) -> None:
    assert voice in list_known_voices(model)


def test_other_models_have_no_documented_voices() -> None:
    assert list_known_voices("fish-speech-1.5") == ()
