"""Where an event comes from, for fairness."""

from __future__ import annotations

from dataclasses import dataclass

from .lane_kind import LaneKind


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sent an event, and the chat around its conversation; names that are unique over all platforms.

    "" stands for unknown, which has no share and no limit.
    """

    person: str = ""
    chat: str = ""

    def make_shares(self, kind: LaneKind) -> tuple[str, str]:
        """Name the shares that an event in a lane of this kind counts against: the person's and the chat's.

        Each kind of lane has its own, so that a stop is never behind the answers that it is to stop.
        """
        return (
            f"u:{self.person}{kind.value}" if self.person else "",
            f"c:{self.chat}{kind.value}" if self.chat else "",
        )
