"""The parts of a message that have been read so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from core.chat.port.incoming import Attachment
from core.chat.port.markdown import Markdown
from core.chat.text.user_error import UserFacingError
from core.usage import Payer

from .attachment_kinds import InputKind, display_name, name_for_model

_MARKERS: dict[InputKind, str] = {
    "sound": "voice message",
    "picture": "picture",
    "document": "file",
    "other": "attachment",
}

_PLURALS: dict[InputKind, str] = {
    "sound": "file.sounds",
    "picture": "file.pictures",
    "document": "file.documents",
    "other": "file.things",
}


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that belongs to a question."""

    attachment: Attachment
    kind: InputKind
    label: Markdown
    """Its name in sentences to its sender."""
    is_quoted: bool
    """It came with the message that is replied to."""

    @property
    def marker(self) -> str:
        """Its name in a text for a model."""
        name = display_name(self.attachment)
        return f"{_MARKERS[self.kind]}: {name_for_model(name)}" if name else _MARKERS[self.kind]


@dataclass(slots=True)
class CollectedInput:
    """Collects the content of each file until all of them have been read."""

    text: str
    """The text of the message."""
    payer: Payer
    """Whose use the models count as that read its files."""
    translate: Callable[..., Markdown]
    """Returns a sentence, by key and values, in the sender's language."""
    transcripts: list[str] = field(default_factory=list[str])
    """Of voice messages that are a part of the question."""
    data: list[str] = field(default_factory=list[str])
    """What the question is about."""
    images: dict[str, str] = field(default_factory=dict[str, str])
    """Data URLs by the platform's ids."""
    read: int = 0
    """Characters of documents and of quoted messages so far."""
    notes: list[str] = field(default_factory=list[str])
    """Sentences above the answer."""
    failures: list[tuple[InputFile, UserFacingError]] = field(default_factory=list[tuple[InputFile, UserFacingError]])

    @property
    def error(self) -> UserFacingError | None:
        """The error of a message of which nothing was understood; None when there is a question.

        A text can be answered without the voice message beside it, and without the message that it replies to: a reply
        may only be a way to address the bot.
        """
        if self.transcripts or self.data or not self.failures:
            return None
        needed = [failure for failure in self.failures if not (failure[0].is_quoted or failure[0].kind == "sound")]
        if self.text and not needed:
            return None
        file, error = (needed or self.failures)[0]
        return UserFacingError(error.key, name=file.label, **error.values)

    def text_for_model(self) -> str:
        """Return everything as a model reads it: first what the question is about."""
        unread = [f"[unreadable {file.marker}]" for file, _ in self.failures]
        return "\n\n".join(part for part in (*self.data, *unread, self.text, *self.transcripts) if part)

    def all_notes(self) -> tuple[str, ...]:
        """Return the sentences above the answer; files that failed for the same reason share one."""
        failed: dict[tuple[str, tuple[tuple[str, object], ...]], list[InputFile]] = {}
        for file, error in self.failures:
            # People often reply to the bot's own voice note without meaning its content.
            if not file.is_quoted or file.kind in {"picture", "document"}:
                failed.setdefault((error.key, tuple(error.values.items())), []).append(file)
        unread = [
            self.translate(key, name=self._join_labels(files), **dict(values))
            for (key, values), files in failed.items()
        ]
        return (*self.notes, *unread)

    def _join_labels(self, files: list[InputFile]) -> Markdown:
        """Join the labels of several files; equal labels are counted."""
        counts = Counter[tuple[Markdown, InputKind]]((file.label, file.kind) for file in files)
        return self.translate("file.and").join(
            label if count == 1 else self.translate(_PLURALS[kind], count=count)
            for (label, kind), count in counts.items()
        )
