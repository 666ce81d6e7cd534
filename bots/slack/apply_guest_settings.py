"""What a person is to the installation, by where they belong and the settings; pure."""

from __future__ import annotations

from core.chat.port.incoming import Incoming
from core.chat.port.platform import Standing

from .api.member_guest_or_external import Affiliation
from .api.user_and_channel_names import USER_ID_PREFIXES
from .events.reply_target import ReplyTarget
from .settings import SlackSettings


def read_standing(settings: SlackSettings, incoming: Incoming) -> Standing | None:
    """Return the standing of a sender whom the settings and the event tell; None when it takes the profile."""
    team = ReplyTarget.parse(incoming.reply_route).team
    if frozenset(settings.allowed_ids) & {incoming.sender.id, incoming.chat.chat, team}:
        return "listed"
    if not incoming.sender.id.startswith(USER_ID_PREFIXES):
        return "insider"  # an app that SLACK_ALLOWED_APPS names
    return "outsider" if team and settings.connect == "off" else None


def to_standing(settings: SlackSettings, affiliation: Affiliation, team: str) -> Standing:
    """Return the standing of somebody who is a member, a guest, or of another workspace than `team`."""
    if affiliation == "member" and team in settings.allowed_ids:
        return "listed"
    allowed = {"member": True, "guest": settings.guests == "on", "external": settings.connect == "on"}
    return "insider" if allowed[affiliation] else "outsider"
