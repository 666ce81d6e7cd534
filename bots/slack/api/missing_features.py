"""Features that a workspace turned out to lack; kept in the process and detected again after a restart."""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import MethodUnavailableError

_MAX_CHANNELS = 1000


class Feature:
    """A feature that some workspaces, or some kinds of channels, lack."""

    def __init__(self) -> None:
        self._enabled = True
        self._missing: set[str] = set()

    def is_available(self, channel: str) -> bool:
        """Whether a call in `channel` may succeed."""
        return self._enabled and channel not in self._missing

    @property
    def is_refused(self) -> bool:
        """Whether a call has told that the whole workspace lacks it."""
        return not self._enabled

    def disable(self) -> None:
        """Record that it is missing in the whole workspace."""
        self._enabled = False

    def record_unavailable(self, channel: str, error: MethodUnavailableError) -> None:
        """Record a refusal, for the whole workspace or for `channel`."""
        if error.in_whole_workspace:
            self.disable()
        elif len(self._missing) < _MAX_CHANNELS:
            self._missing.add(channel)


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a workspace."""

    streams: Feature = field(default_factory=Feature)
    chunks: Feature = field(default_factory=Feature)
    """Streams with buttons and tasks."""
    cards: Feature = field(default_factory=Feature)
    """Blocks that show a task."""
    ratings: Feature = field(default_factory=Feature)
    """Blocks with buttons that rate a message."""
    status: Feature = field(default_factory=Feature)
    agent: Feature = field(default_factory=Feature)
    """Prompts, and sessions with titles: the app is an agent, and the workspace's plan has them."""
    reactions: Feature = field(default_factory=Feature)
