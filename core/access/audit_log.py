"""The audit stream: who changed what about access, and when."""

from __future__ import annotations

from dataclasses import dataclass

AUDIT_SECONDS = 400 * 86_400
"""For which a change is kept."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: when it was made (seconds since 1970), by whom, what was done to whom."""

    at: float
    by: str
    action: str
    subject: str
    name: str


def parse_entry(entry_id: bytes, fields: dict[bytes, bytes]) -> AuditEntry:
    """Parse an entry of the stream; its id begins with the milliseconds at which it was added."""
    texts = {name.decode(): value.decode(errors="replace") for name, value in fields.items()}
    at = int(entry_id.split(b"-")[0]) / 1000
    words = (texts.get(name, "") for name in ("by", "action", "subject", "name"))
    return AuditEntry(at, *words)
