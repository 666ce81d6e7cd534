"""A message as it is stored in a mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1

_TAG_LENGTH = 12


def event_tag(event_id: str) -> str:
    """Make a short name of an event, 12 characters, for places where its id may be too long."""
    return sha1(event_id.encode(), usedforsecurity=False).hexdigest()[:_TAG_LENGTH]


@dataclass(frozen=True, slots=True)
class Envelope:
    """An accepted event."""

    event_id: str
    payload: bytes

    def pack(self) -> bytes:
        """Raise ValueError when the event id has a line break, which no platform's has."""
        if "\n" in self.event_id:
            raise ValueError("an event id must be one line")
        return self.event_id.encode() + b"\n" + self.payload

    @classmethod
    def unpack(cls, packed: bytes) -> Envelope:
        """Read what `pack` made. Bytes of another program are accepted, too; their handler fails later."""
        event_id, _, payload = packed.partition(b"\n")
        return cls(event_id.decode(errors="replace"), payload)
