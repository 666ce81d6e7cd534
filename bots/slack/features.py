"""What a workspace turned out not to have; known to one process, asked again after its restart."""

from __future__ import annotations

from .faults import UnavailableError

_MOST_CHANNELS = 1000


class Feature:
    """A method that some workspaces, or some kinds of channels, do not have."""

    def __init__(self) -> None:
        self._everywhere = True
        self._missing: set[str] = set()

    def available(self, channel: str) -> bool:
        """Tell whether the method is worth a call in `channel`."""
        return self._everywhere and channel not in self._missing

    def lacking(self, channel: str, error: UnavailableError) -> None:
        """Learn from a refusal: never again in the workspace, or never again in `channel`."""
        if error.everywhere:
            self._everywhere = False
        elif len(self._missing) < _MOST_CHANNELS:
            self._missing.add(channel)
