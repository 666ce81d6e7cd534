"""What stands behind a button: which turn it belongs to, and who may press it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from core.chat.port.incoming import Incoming, Sender
from core.queue import Job, event_tag

_ANYONE = "*"


@dataclass(frozen=True, slots=True)
class ButtonData:
    """The tag of the turn that made the message, and the id of whoever it was made for.

    What was made for a name that several people share is for anyone: a press tells the person alone.
    """

    tag: str
    asker: str

    def __str__(self) -> str:
        return f"{self.tag} {self.asker}"

    @classmethod
    def for_job(cls, job: Job, incoming: Incoming) -> Self:
        """The stamp for what `turn` shows; what a button set going stays that of whom the button was made for."""
        pressed, _ = cls.parse(incoming.choice.value if incoming.choice else "")
        return cls(
            event_tag(job.event_id), pressed.asker or (_ANYONE if incoming.sender.shared else incoming.sender.id)
        )

    def is_for(self, sender: Sender) -> bool:
        """Whether it was made for this sender."""
        return self.asker in {_ANYONE, sender.id}

    @classmethod
    def parse(cls, value: str) -> tuple[Self, str]:
        """Read a value that begins with the string form, and what follows it after another space."""
        tag, asker, rest, *_ = (*value.split(" ", 2), "", "")
        return cls(tag, asker), rest
