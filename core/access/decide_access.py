"""Who may use the bot: the decision alone, made of what is known; pure."""

from __future__ import annotations

from enum import Enum
from typing import Literal, TypeAlias

from .roles import ADMIN_ROLES, Role

AccessMode: TypeAlias = Literal["pairing", "allowlist", "open"]
"""The setting `ACCESS_MODE`."""

ChatState: TypeAlias = Literal["allowed", "refused", "left"]
"""What was decided about a group; `left`: it was allowed, and the bot was removed since."""

Standing: TypeAlias = Literal["listed", "insider", "outsider"]
"""What the operator's settings and the platform say of a sender: named in a list of the settings, one of those whom the
installation is for (the members of a workspace), or anybody else."""


class Decision(Enum):
    """What becomes of an event."""

    ALLOW = "allow"
    REFUSE = "refuse"
    """Not answered; the sender may be told why."""
    IGNORE = "ignore"
    """Not answered, and nobody is told."""


def decide(mode: AccessMode, *, role: Role | None, chat: ChatState | None, standing: Standing) -> Decision:
    """Decide about an event of a person with this role, in a chat of this state."""
    if role == "blocked":
        return Decision.IGNORE
    if role in ADMIN_ROLES:
        return Decision.ALLOW
    if chat == "refused":
        return Decision.IGNORE
    is_granted = role == "member" or chat == "allowed" or standing == "listed"
    is_insider = mode == "pairing" and standing == "insider"
    return Decision.ALLOW if mode == "open" or is_granted or is_insider else Decision.REFUSE
