"""What is new in a person's conversation, message by message, for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .persona import Persona, Post

_KINDS = {"voice": "🎙 voice note", "audio": "🎙 audio file", "pictures": "🖼 picture", "files": "📎 file"}
_CHOICES_QUIET_SECONDS = 0.5
"""Buttons alone change at once, not step by step."""
_Key: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Change:
    """A block that is new or differs from what was taken of it."""

    text: str
    at: float


class Transcript:
    """The changes of a conversation since this object was made.

    A block is one message, reasoning in a fold, or a note that only this person sees. A block that changes is growing;
    one that has not changed for `quiet_seconds` is complete, and is taken once.
    """

    def __init__(self, persona: Persona, *, quiet_seconds: float) -> None:
        self._persona = persona
        self._quiet_seconds = quiet_seconds
        self._taken = self._list_blocks()
        self._growing: dict[_Key, _Change] = {}
        self._seen_choices = self._taken_choices = persona.choices()
        self._taken_steps = len(persona.steps())
        self.changed_at = 0.0
        """When the last change was seen, by the clock of `update`."""

    @property
    def growing(self) -> str:
        """The text of the growing blocks."""
        return "\n\n".join(change.text for change in self._growing.values())

    @property
    def is_settled(self) -> bool:
        """Whether all that was seen has been taken."""
        return not self._growing and self._seen_choices == self._taken_choices

    def update(self, now: float) -> bool:
        """Look for changes; return whether there are any."""
        before, growing = self._growing, dict[_Key, _Change]()
        for key, text in self._list_blocks().items():
            if text and text != self._taken.get(key):
                known = before.get(key)
                growing[key] = known if known and known.text == text else _Change(text, now)
        seen, self._seen_choices = self._seen_choices, self._persona.choices()
        self._growing = growing
        if growing == before and seen == self._seen_choices:
            return False
        self.changed_at = now
        return True

    def take(self, now: float) -> tuple[str, list[str]]:
        """Return the text of the blocks that have become complete, and remarks about them; ("", []): there are none.

        The choices of the newest menu are a remark once nothing grows.
        """
        complete = {key: one for key, one in self._growing.items() if now - one.at >= self._quiet_seconds}
        self._growing = {key: one for key, one in self._growing.items() if key not in complete}
        self._taken.update((key, one.text) for key, one in complete.items())
        are_choices_complete = not self._growing and now - self.changed_at >= _CHOICES_QUIET_SECONDS
        remarks = self._take_choices() if are_choices_complete else []
        if complete:
            remarks += self._count_steps()
        return "\n\n".join(one.text for one in complete.values()), remarks

    def _take_choices(self) -> list[str]:
        before, self._taken_choices = self._taken_choices, self._seen_choices
        return [" · ".join(self._seen_choices)] if self._seen_choices not in ([], before) else []

    def _count_steps(self) -> list[str]:
        steps = len(self._persona.steps())
        count, self._taken_steps = steps - self._taken_steps, steps
        return [f"grew in {count} step{'s' if count != 1 else ''}"] if count else []

    def _list_blocks(self) -> dict[_Key, str]:
        kinds = {
            "fold": [f"💭 {fold}" for fold in self._persona.folds()],
            "answer": self._persona.answers(),
            "post": [_describe_post(post) for post in self._persona.posts()],
            "hint": [f"(to you alone) {hint}" for hint in self._persona.hints()],
        }
        return {(kind, index): text for kind, texts in kinds.items() for index, text in enumerate(texts)}


def _describe_post(post: Post) -> str:
    length = f", {post.seconds:.0f} s" if post.seconds else ""
    names = ", ".join(f"{name} ({len(data) / 1000:,.0f} kB)" for name, data in zip(post.names, post.files, strict=True))
    return f"[{_KINDS[post.kind]}{length}: {names}]"
