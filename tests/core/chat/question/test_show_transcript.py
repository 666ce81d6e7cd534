"""The transcript above an answer."""

from core.chat.question.show_transcript import quote_transcript


def test_a_transcript_is_posted_as_one_quote_and_shortened_when_long() -> None:
    assert quote_transcript("one\n\ntwo") == "> 🎤 one two"
    assert quote_transcript("a" * 1001) == "> 🎤 " + "a" * 1001
    assert quote_transcript("a" * 1002) == "> 🎤 " + "a" * 1000 + "…"
