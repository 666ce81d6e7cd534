"""What a workspace turned out not to have; known to one process, asked again after its restart."""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import UnavailableError

_MOST_CHANNELS = 1000


class Feature:
    """Something that some workspaces, or some kinds of channels, do not have."""

    def __init__(self) -> None:
        self._everywhere = True
        self._missing: set[str] = set()

    def available(self, channel: str) -> bool:
        """Tell whether the method is worth a call in `channel`."""
        return self._everywhere and channel not in self._missing

    def drop(self) -> None:
        """Learn that it is missing everywhere."""
        self._everywhere = False

    def lacking(self, channel: str, error: UnavailableError) -> None:
        """Learn from a refusal: never again in the workspace, or never again in `channel`."""
        if error.everywhere:
            self.drop()
        elif len(self._missing) < _MOST_CHANNELS:
            self._missing.add(channel)


@dataclass(frozen=True, slots=True)
class Features:
    """What the workspace has, as far as it is known by now."""

    streams: Feature = field(default_factory=Feature)
    chunks: Feature = field(default_factory=Feature)
    """Streams with buttons and tasks."""
    cards: Feature = field(default_factory=Feature)
    """Blocks that show a task."""
    status: Feature = field(default_factory=Feature)
