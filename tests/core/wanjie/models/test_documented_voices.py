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
def test_a_documented_voice_is_known(model: str, voice: str) -> None:
    assert voice in list_known_voices(model)


def test_other_models_have_no_known_voices() -> None:
    assert list_known_voices("fish-speech-1.5") == ()
