"""What the demo shows of a conversation: each message once, when it is complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from bots.sandbox.persona import Persona, Post
from bots.sandbox.transcript import Transcript


@dataclass
class Chat:
    """What a person sees of a chat, set by the test."""

    texts: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)

    def answers(self) -> list[str]:
        return list(self.texts)

    def choices(self) -> list[str]:
        return list(self.offered)

    def folds(self) -> list[str]:
        return []

    def hints(self) -> list[str]:
        return []

    def posts(self) -> list[Post]:
        return []

    def steps(self) -> list[str]:
        return self.answers()


def transcript_of(chat: Chat) -> Transcript:
    return Transcript(cast("Persona", chat), quiet_seconds=3)


def at(transcript: Transcript, now: float) -> tuple[str, list[str]]:
    transcript.update(now)
    return transcript.take(now)


def test_each_message_is_taken_once_while_the_next_one_grows() -> None:
    chat = Chat(["before"])
    transcript = transcript_of(chat)
    chat.texts += ["the help"]
    assert at(transcript, 1) == ("", [])
    chat.texts += ["an"]
    assert at(transcript, 2) == ("", [])
    assert transcript.growing == "the help\n\nan"
    assert at(transcript, 4) == ("the help", ["grew in 2 steps"])

    chat.texts[-1] = "an answer"
    at(transcript, 4.5)
    assert transcript.growing == "an answer"
    chat.offered = ["Regenerate"]
    assert at(transcript, 8) == ("an answer", [])
    assert at(transcript, 9) == ("", ["Regenerate"])
    assert transcript.is_settled
    assert at(transcript, 20) == ("", [])


def test_a_menu_that_changes_alone_is_told_at_once() -> None:
    chat = Chat(["a menu"], ["✓ Fold", "Full"])
    transcript = transcript_of(chat)
    chat.offered = ["Fold", "✓ Full"]
    assert at(transcript, 1) == ("", [])
    assert at(transcript, 1.6) == ("", ["Fold · ✓ Full"])


def test_an_old_message_that_changes_is_shown_again() -> None:
    chat = Chat(["old", "new"])
    transcript = transcript_of(chat)
    chat.texts[0] = "changed"
    at(transcript, 1)
    assert at(transcript, 4)[0] == "changed"
