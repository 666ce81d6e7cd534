"""The data of a button: which job it belongs to, and who may press it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from core.chat.port.incoming import Incoming, Sender
from core.queue import Job, event_tag

_ANYONE = "*"


@dataclass(frozen=True, slots=True)
class ButtonData:
    """The tag of the job that made the message, and the id of the user it was made for.

    A button for an account that several people share is for anyone, since a press names the person, not the account.
    """

    tag: str
    owner_id: str

    def __str__(self) -> str:
        return f"{self.tag} {self.owner_id}"

    @classmethod
    def for_job(cls, job: Job, incoming: Incoming) -> Self:
        """Return the data for the buttons of `job`; when a button started the job, its owner stays the owner."""
        pressed, _ = cls.parse(incoming.choice.value if incoming.choice else "")
        return cls(
            event_tag(job.event_id), pressed.owner_id or (_ANYONE if incoming.sender.shared else incoming.sender.id)
        )

    def is_for(self, sender: Sender) -> bool:
        """Whether this sender may press the button."""
        return self.owner_id in {_ANYONE, sender.id}

    @classmethod
    def parse(cls, value: str) -> tuple[Self, str]:
        """Parse a value that begins with the string form; return the rest after the next space, too."""
        tag, asker, rest, *_ = (*value.split(" ", 2), "", "")
        return cls(tag, asker), rest
