"""The events that were read last, so that a worker need not read again what its own process has received."""

from __future__ import annotations

from functools import lru_cache

from core.chat.port.incoming import Incoming

from .parse import read_edit, read_event, read_part
from .workspace_context import WorkspaceContext

_MAX_EVENTS, _MAX_BYTES = 16, 65_536
"""How many events are remembered, and bytes of each of them."""


class RecentEvents:
    """Reads events; reading is pure, so the same event in the same workspace is the same `Incoming`."""

    def __init__(self) -> None:
        self._read = lru_cache(_MAX_EVENTS)(_read_any)

    def read(self, payload: bytes, workspace: WorkspaceContext) -> Incoming | None:
        """Read what `read_event`, `read_edit` or `read_part` reads."""
        return (self._read if len(payload) <= _MAX_BYTES else _read_any)(payload, workspace)


def _read_any(payload: bytes, workspace: WorkspaceContext) -> Incoming | None:
    return read_event(payload, workspace) or read_edit(payload, workspace) or read_part(payload, workspace)
