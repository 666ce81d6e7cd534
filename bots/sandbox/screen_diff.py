"""What has changed on a person's screen, as text for a terminal."""

from __future__ import annotations

from .persona import Persona, Post

_KINDS = {"voice": "🎙 voice note", "audio": "🎙 audio file", "pictures": "🖼 picture", "files": "📎 file"}


class ScreenDiff:
    """The news of a conversation since this was made."""

    def __init__(self, persona: Persona) -> None:
        self._persona = persona
        self._answers = persona.answers()
        self._folds, self._posts, self._hints = len(persona.folds()), len(persona.posts()), len(persona.hints())
        self._choices = persona.choices()

    def news(self) -> str:
        """Thinking, messages that are new or read otherwise than before, files, and words to this person alone."""
        thoughts = [f"💭 {fold}" for fold in self._persona.folds()[self._folds :]]
        files = [_listed(post) for post in self._persona.posts()[self._posts :]]
        hints = [f"(to you alone) {hint}" for hint in self._persona.hints()[self._hints :]]
        return "\n\n".join([*thoughts, *self._changed(), *files, *hints])

    def offer(self) -> list[str]:
        """What can be picked, if that is something else than before."""
        choices = self._persona.choices()
        return choices if choices != self._choices else []

    def _changed(self) -> list[str]:
        before = dict(enumerate(self._answers))
        return [
            answer for index, answer in enumerate(self._persona.answers()) if answer and before.get(index) != answer
        ]


def _listed(post: Post) -> str:
    length = f", {post.seconds:.0f} s" if post.seconds else ""
    names = ", ".join(f"{name} ({len(data) / 1000:,.0f} kB)" for name, data in zip(post.names, post.files, strict=True))
    return f"[{_KINDS[post.kind]}{length}: {names}]"
