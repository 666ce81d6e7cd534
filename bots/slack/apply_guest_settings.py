"""What a person is to the installation, by where they belong and the settings; pure."""

from __future__ import annotations

from core.chat.port.platform import Standing

from .api.member_guest_or_external import Affiliation
from .settings import SlackSettings


def to_standing(settings: SlackSettings, affiliation: Affiliation, team: str) -> Standing:
    """Return the standing of somebody who is a member, a guest, or of another workspace than `team`."""
    if affiliation == "member" and team in settings.allowed_ids:
        return "listed"
    allowed = {"member": True, "guest": settings.guests == "on", "external": settings.connect == "on"}
    return "insider" if allowed[affiliation] else "outsider"
