"""On whose behalf models are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .call_amounts import UsedAmount
from .limits_and_warnings import Limit, LimitKey, ReachedLimit


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose use the calls for one event count as.

    `person`, `chat` (with all its threads) and `account` (the bot's own, on its platform) are named as in the store.
    All calls for one `event` are one question: once the first was granted, no later one is refused.
    """

    person: str
    chat: str
    account: str
    event: str
    allows: Callable[[str], bool] = field(default=lambda _: True, compare=False)
    """Whether they may use a model."""
    limits: Mapping[LimitKey, Limit | None] = field(default_factory=dict[LimitKey, "Limit | None"], compare=False)
    """The limits that admins have set for them, over those of the settings; None: no limit."""
    used: list[UsedAmount] = field(default_factory=list[UsedAmount], compare=False)
    """What each call that has ended has used."""
    warnings: list[ReachedLimit] = field(default_factory=list[ReachedLimit], compare=False)
    """Limits of which these calls have used the last but 20 %, for the first time in their period."""
