"""Read from a user's profile whether they belong to the workspace; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, cast

Affiliation: TypeAlias = Literal["member", "guest", "external"]
"""A full member of the workspace, a guest of it, or somebody of another workspace (Slack Connect, or the same
organisation)."""

_ADMIN_FIELDS = ("is_admin", "is_owner", "is_primary_owner")


def read_affiliation(user: Mapping[str, Any], team: str) -> Affiliation:
    """Read what a user (Slack: `users.info`) is to the workspace `team`; a deactivated account is external."""
    if user.get("is_stranger") or user.get("deleted") or team not in _list_teams(user):
        return "external"
    return "guest" if user.get("is_restricted") or user.get("is_ultra_restricted") else "member"


def is_workspace_admin(user: Mapping[str, Any], team: str) -> bool:
    """Whether a user is an admin or an owner of the workspace `team`, and not of another one."""
    return read_affiliation(user, team) == "member" and any(user.get(field) for field in _ADMIN_FIELDS)


def _list_teams(user: Mapping[str, Any]) -> set[str]:
    """Return the ids of a user's workspaces: an organisation's users may be in several."""
    organisation = user.get("enterprise_user")
    teams = cast("Mapping[str, Any]", organisation).get("teams") if isinstance(organisation, Mapping) else None
    return {str(user.get("team_id")), *(str(each) for each in cast("list[Any]", teams or []))}
