"""What has changed on a person's screen, as text for a terminal."""

from __future__ import annotations

from .persona import Post, Seat

_KINDS = {"voice": "🎙 voice note", "audio": "🎙 audio file", "pictures": "🖼 picture", "files": "📎 file"}


class View:
    """The news of a conversation since this was made."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._answers = seat.answers()
        self._folds, self._posts, self._hints = len(seat.folds()), len(seat.posts()), len(seat.hints())
        self._choices = seat.choices()

    def news(self) -> str:
        """Thinking, messages that are new or read otherwise than before, files, and words to this person alone."""
        thoughts = [f"💭 {fold}" for fold in self._seat.folds()[self._folds :]]
        files = [_listed(post) for post in self._seat.posts()[self._posts :]]
        hints = [f"(to you alone) {hint}" for hint in self._seat.hints()[self._hints :]]
        return "\n\n".join([*thoughts, *self._changed(), *files, *hints])

    def offer(self) -> list[str]:
        """What can be picked, if that is something else than before."""
        choices = self._seat.choices()
        return choices if choices != self._choices else []

    def _changed(self) -> list[str]:
        before = dict(enumerate(self._answers))
        return [answer for index, answer in enumerate(self._seat.answers()) if answer and before.get(index) != answer]


def _listed(post: Post) -> str:
    length = f", {post.seconds:.0f} s" if post.seconds else ""
    names = ", ".join(f"{name} ({len(data) / 1000:,.0f} kB)" for name, data in zip(post.names, post.files, strict=True))
    return f"[{_KINDS[post.kind]}{length}: {names}]"
