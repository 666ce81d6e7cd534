"""Whose event a payload is."""

from typing import Any

import pytest

from bots.slack.oauth.event_origin import EventOrigin, read_origin, read_removal


def authorized(team: str | None, enterprise: str | None = None, *, by_enterprise: bool = False) -> dict[str, Any]:
    entry = {"team_id": team, "enterprise_id": enterprise, "is_enterprise_install": by_enterprise}
    return {"authorizations": [entry]}


@pytest.mark.parametrize(
    ("body", "origin"),
    [
        ({"team_id": "T9", **authorized("T1")}, EventOrigin("T1")),
        ({"team_id": "T9", **authorized("T1", "E1")}, EventOrigin("T1", "E1")),
        (authorized("T1", "E1", by_enterprise=True), EventOrigin("T1", "E1", by_enterprise=True)),
        (
            {"context_team_id": "T1", **authorized(None, "E1", by_enterprise=True)},
            EventOrigin("T1", "E1", by_enterprise=True),
        ),
        ({"team_id": "T1", "command": "/new", "is_enterprise_install": "false"}, EventOrigin("T1")),
        (
            {"team_id": "T1", "enterprise_id": "E1", "command": "/new", "is_enterprise_install": "true"},
            EventOrigin("T1", "E1", by_enterprise=True),
        ),
        ({"team": {"id": "T1"}, "enterprise": None, "is_enterprise_install": False}, EventOrigin("T1")),
        (
            {"team": None, "user": {"team_id": "T1"}, "enterprise": {"id": "E1"}, "is_enterprise_install": True},
            EventOrigin("T1", "E1", by_enterprise=True),
        ),
        ({"view": {"app_installed_team_id": "T1"}, "team": {"id": "T9"}}, EventOrigin("T1")),
        ({"type": "block_actions", "message": {"team": "T1"}, "team": {"id": "T9"}}, EventOrigin("T1")),
        ({"type": "message_action", "message": {"team": "T9"}, "team": {"id": "T1"}}, EventOrigin("T1")),
        ({"authorizations": "x", "team": ["T1"], "enterprise": 1}, EventOrigin("")),
    ],
)
def test_the_installation_of_a_payload_is_ours_and_not_that_of_a_visitor(
    body: dict[str, Any], origin: EventOrigin
) -> None:
    assert read_origin(body) == origin


@pytest.mark.parametrize(
    ("event", "body", "removed"),
    [
        ({"type": "app_uninstalled"}, {"team_id": "T1"}, "T1"),
        ({"type": "app_uninstalled"}, authorized("T1", "E1"), "T1"),
        ({"type": "app_uninstalled"}, {"team_id": "E1", **authorized(None, "E1", by_enterprise=True)}, "E1"),
        ({"type": "tokens_revoked", "tokens": {"bot": ["U1"], "oauth": []}}, authorized("T1"), "T1"),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, authorized("T1"), ""),
        ({"type": "message"}, authorized("T1"), ""),
    ],
)
def test_a_removal_names_the_workspace_or_the_organisation(
    event: dict[str, Any], body: dict[str, Any], removed: str
) -> None:
    assert read_removal({"event": event, **body}) == removed
