"""Who belongs to the workspace, and who decides in it."""

from __future__ import annotations

from typing import Any

import pytest

from bots.slack.api.member_guest_or_external import is_workspace_admin, read_affiliation


@pytest.mark.parametrize(
    ("user", "affiliation"),
    [
        ({"team_id": "T1"}, "member"),
        ({"team_id": "T1", "is_restricted": True}, "guest"),
        ({"team_id": "T1", "is_restricted": True, "is_ultra_restricted": True}, "guest"),
        ({"team_id": "T2"}, "external"),
        ({"team_id": "T2", "is_stranger": True}, "external"),
        ({"team_id": "T1", "is_stranger": True}, "external"),
        ({"team_id": "T1", "deleted": True}, "external"),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T2", "T1"]}}, "member"),
        ({"team_id": "E1", "enterprise_user": {"teams": ["T2"]}}, "external"),
        ({}, "external"),
    ],
)
def test_what_a_user_is_to_the_workspace(user: dict[str, Any], affiliation: str) -> None:
    assert read_affiliation(user, "T1") == affiliation
    assert is_workspace_admin(user | {"is_admin": True}, "T1") is (affiliation == "member")
    assert not is_workspace_admin(user, "T1")
