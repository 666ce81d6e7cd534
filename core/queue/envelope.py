"""A message as it is stored in a mailbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha1

from core.redis.text_cipher import PLAIN_TEXTS, TextCipher

_TAG_LENGTH = 12


def event_tag(event_id: str) -> str:
    """Make a short name of an event, 12 characters, for places where its id may be too long."""
    return sha1(event_id.encode(), usedforsecurity=False).hexdigest()[:_TAG_LENGTH]


@dataclass(frozen=True, slots=True)
class Envelope:
    """An accepted event."""

    event_id: str
    payload: bytes
    stored: bytes = field(default=b"", compare=False, repr=False)
    """What `unpack` has read: each encryption of an event is another one."""

    def pack(self, cipher: TextCipher = PLAIN_TEXTS) -> bytes:
        """Raise ValueError when the event id has a line break, which no platform's has."""
        if "\n" in self.event_id:
            raise ValueError("an event id must be one line")
        return self.stored or self.event_id.encode() + b"\n" + cipher.seal_bytes(self.payload)

    @classmethod
    def unpack(cls, packed: bytes, cipher: TextCipher = PLAIN_TEXTS) -> Envelope:
        """Read what `pack` made. Bytes of another program are accepted, too; their handler fails later."""
        event_id, _, payload = packed.partition(b"\n")
        return cls(event_id.decode(errors="replace"), cipher.open_bytes(payload), packed)
