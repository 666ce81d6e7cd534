"""Describes changes on a person's screen for a terminal."""

from __future__ import annotations

from .persona import Persona, Post

_KINDS = {"voice": "🎙 voice note", "audio": "🎙 audio file", "pictures": "🖼 picture", "files": "📎 file"}


class ScreenDiff:
    """The changes of a conversation since this object was made."""

    def __init__(self, persona: Persona) -> None:
        self._persona = persona
        self._answers = persona.answers()
        self._folds, self._posts, self._hints = len(persona.folds()), len(persona.posts()), len(persona.hints())
        self._choices = persona.choices()

    def news(self) -> str:
        """Describe new reasoning, new and changed messages, files, and messages that only this person sees."""
        reasoning = [f"💭 {fold}" for fold in self._persona.folds()[self._folds :]]
        files = [_describe_post(post) for post in self._persona.posts()[self._posts :]]
        hints = [f"(to you alone) {hint}" for hint in self._persona.hints()[self._hints :]]
        return "\n\n".join([*reasoning, *self._list_changed_answers(), *files, *hints])

    def offer(self) -> list[str]:
        """List the choices of the newest menu, if they have changed."""
        choices = self._persona.choices()
        return choices if choices != self._choices else []

    def _list_changed_answers(self) -> list[str]:
        before = dict(enumerate(self._answers))
        return [
            answer for index, answer in enumerate(self._persona.answers()) if answer and before.get(index) != answer
        ]


def _describe_post(post: Post) -> str:
    length = f", {post.seconds:.0f} s" if post.seconds else ""
    names = ", ".join(f"{name} ({len(data) / 1000:,.0f} kB)" for name, data in zip(post.names, post.files, strict=True))
    return f"[{_KINDS[post.kind]}{length}: {names}]"
