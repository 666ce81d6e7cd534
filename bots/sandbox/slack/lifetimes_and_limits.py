"""How long what a simulated workspace gives out is good, and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Rules:
    """How this workspace behaves; every field may be changed by a test at any time. Seconds and characters."""

    stream_lifetime: float = 300.0
    stream_limit: int = 12_000
    card_limit: int = 10_600
    """Bytes of a stream that shows tasks and words."""
    agent_sessions: bool = False
    home_tab: bool = True
    """The app's manifest enables its Home tab."""
    mention_first: bool = False
    share_delay: float = 0.05
    processing_delay: float = 0.02
    trigger_lifetime: float = 3.0
    response_url_lifetime: float = 1800.0
    response_url_uses: int = 5
    edit_window: float | None = None
    """Seconds for which messages may be edited, as a workspace's admins set it; None: for ever."""
    status_lifetime: float = 120.0
