"""What has been understood of a message so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from core.chat.port.incoming import Attachment
from core.chat.text.user_error import UserFacingError

from .attachments import InputKind, display_name

_THINGS: dict[InputKind, str] = {
    "sound": "voice message",
    "picture": "picture",
    "document": "file",
    "other": "attachment",
}

_SEVERAL: dict[InputKind, str] = {
    "sound": "file.sounds",
    "picture": "file.pictures",
    "document": "file.documents",
    "other": "file.things",
}


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that belongs to a question."""

    attachment: Attachment
    sort: InputKind
    label: str
    """What the service calls it, in its sender's language."""
    quoted: bool
    """It came with the message that is replied to."""

    @property
    def marker(self) -> str:
        """What a model calls it."""
        name = display_name(self.attachment)
        return f"{_THINGS[self.sort]}: {name}" if name else _THINGS[self.sort]


@dataclass(slots=True)
class CollectedInput:
    """Collects what each file has to say, until all of them have been looked at."""

    text: str
    """What was written with them."""
    say: Callable[..., str]
    """Gives a sentence, by key and values, in the sender's language."""
    words: list[str] = field(default_factory=list[str])
    """What was said aloud."""
    data: list[str] = field(default_factory=list[str])
    """What the words are about."""
    images: dict[str, str] = field(default_factory=dict[str, str])
    """Data URLs by the platform's ids."""
    read: int = 0
    """Characters that documents, and what people have discussed, make up so far."""
    remarks: list[str] = field(default_factory=list[str])
    """What is to be said above the answer."""
    failures: list[tuple[InputFile, UserFacingError]] = field(default_factory=list[tuple[InputFile, UserFacingError]])

    @property
    def excuse(self) -> UserFacingError | None:
        """Why there is no question: nothing was understood of what it is about.

        Written words can be answered without what was said aloud beside them, and without the message that they reply
        to: a reply may only be a way to address the bot.
        """
        if self.words or self.data or not self.failures:
            return None
        needed = [failure for failure in self.failures if not (failure[0].quoted or failure[0].sort == "sound")]
        if self.text and not needed:
            return None
        sent, error = (needed or self.failures)[0]
        return UserFacingError(error.key, name=sent.label, **error.values)

    def whole(self) -> str:
        """All of it as a model will read it: first what the words are about."""
        unread = [f"[unreadable {sent.marker}]" for sent, _ in self.failures]
        return "\n\n".join(part for part in (*self.data, *unread, self.text, *self.words) if part)

    def notes(self) -> tuple[str, ...]:
        """The sentences to be said above the answer; what failed for the same reason shares one."""
        failed: dict[tuple[str, tuple[tuple[str, object], ...]], list[InputFile]] = {}
        for sent, error in self.failures:
            # A bot's own voice note is often replied to, without a thought of what it said.
            if not sent.quoted or sent.sort in {"picture", "document"}:
                failed.setdefault((error.key, tuple(error.values.items())), []).append(sent)
        unread = [self.say(key, name=self._called(files), **dict(values)) for (key, values), files in failed.items()]
        return (*self.remarks, *unread)

    def _called(self, files: list[InputFile]) -> str:
        """What several files are called together; those that are called alike are counted."""
        alike = Counter[tuple[str, InputKind]]((sent.label, sent.sort) for sent in files)
        return self.say("file.and").join(
            label if count == 1 else self.say(_SEVERAL[sort], count=count) for (label, sort), count in alike.items()
        )
