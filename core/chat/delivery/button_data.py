"""The data of a button: which job it belongs to, who may press it, and the signature that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from core.access import SigningKey
from core.access.signing_key import SIGNATURE_LENGTH
from core.chat.port.incoming import ChatRef, Incoming
from core.queue import Job, event_tag


@dataclass(frozen=True, slots=True)
class ButtonData:
    """The tag of the job that made the message, and the id of the user it was made for.

    A button for an account that several people share is for anyone, since a press names the person, not the account.
    """

    tag: str
    owner_id: str

    @classmethod
    def for_job(cls, job: Job, incoming: Incoming) -> Self:
        """Return the data for the buttons of `job`; when a button started the job, its owner stays the owner."""
        pressed = parse_pressed_button(incoming.choice.value).data.owner_id if incoming.choice else ""
        return cls(event_tag(job.event_id), pressed or incoming.sender.owner_id)

    def sign(self, key: SigningKey, chat: ChatRef, name: str, action: str = "") -> str:
        """Return the value of the button `name` in this chat; `action` sets apart buttons of one name.

        A client may send any value for any message, so the signature covers all that the button may do. The value has
        at most 48 bytes for an owner's id of up to 16 and an action of up to 5.
        """
        signature = key.sign(str(chat), name, self.tag, self.owner_id, action)
        return " ".join(part for part in (self.tag, self.owner_id, signature, action) if part)


@dataclass(frozen=True, slots=True)
class PressedButton:
    """The value of a button as a client has sent it back: true only if `is_genuine`."""

    data: ButtonData
    action: str = ""
    signature: str = ""
    """Empty in buttons of version 0.1.0."""

    def is_genuine(self, key: SigningKey, incoming: Incoming) -> bool:
        """Whether the service made this button for the place where it was pressed."""
        name = incoming.choice.menu if incoming.choice else ""
        words = name, self.data.tag, self.data.owner_id, self.action
        return any(key.verify(self.signature, str(chat), *words) for chat in _list_origins(incoming))


def parse_pressed_button(value: str) -> PressedButton:
    """Read the value of a button; values that are none have data that fits no job and nobody."""
    tag, owner, rest, *_ = (*value.split(" ", 2), "", "", "")
    first, _, others = rest.partition(" ")
    if len(first) == SIGNATURE_LENGTH:
        return PressedButton(ButtonData(tag, owner), others, first)
    return PressedButton(ButtonData(tag, owner), rest)


def _list_origins(incoming: Incoming) -> tuple[ChatRef, ...]:
    """Return the conversations in which the pressed message may have been posted.

    A message to which somebody replied has become the first one of a thread; it was posted in the chat around that.
    """
    chat = incoming.chat
    return (chat, chat.parent) if chat.thread and chat.thread == incoming.message_id else incoming.places
