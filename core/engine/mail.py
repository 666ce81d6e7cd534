"""A message as it lies in a mailbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mail:
    """An accepted event."""

    event_id: str
    payload: bytes

    def pack(self) -> bytes:
        """Raise ValueError when the event id has a line break, which no platform's has."""
        if "\n" in self.event_id:
            raise ValueError("an event id must be one line")
        return self.event_id.encode() + b"\n" + self.payload

    @classmethod
    def unpack(cls, packed: bytes) -> Mail:
        event_id, _, payload = packed.partition(b"\n")
        return cls(event_id.decode(), payload)
