"""Read from what Slack sends which installation of the app it is for; pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.json_reader import Json, get_object, get_objects, get_text

_REMOVALS = frozenset({"app_uninstalled", "tokens_revoked"})


@dataclass(frozen=True, slots=True)
class EventOrigin:
    """The workspace of an event, and the organisation around it, "" for none."""

    team: str
    enterprise: str = ""
    by_enterprise: bool = False
    """The organisation has installed the app, not the workspace."""


def read_origin(body: Json) -> EventOrigin:
    """Read the installation of a payload. Slack: `authorizations` tells of ours, other fields may be a visitor's.

    In an organisation, interactions may name the team only with the user or the view. Who presses a button may be a
    visitor; the message with the button is the bot's.
    """
    if authorization := next(iter(get_objects(body, "authorizations")), None):
        team, enterprise = get_text(authorization, "team_id"), get_text(authorization, "enterprise_id")
        by_enterprise = authorization.get("is_enterprise_install") is True
        return EventOrigin(team or get_text(body, "context_team_id"), enterprise, by_enterprise)
    message = get_object(body, "message")
    team = (
        get_text(get_object(body, "view"), "app_installed_team_id")
        or (get_text(message, "team") if body.get("type") == "block_actions" else "")
        or get_text(get_object(body, "team"), "id")
        or get_text(body, "context_team_id")
        or get_text(body, "team_id")
        or get_text(get_object(body, "user"), "team_id")
        or get_text(get_object(body, "view"), "team_id")
    )
    enterprise = get_text(get_object(body, "enterprise"), "id") or get_text(body, "enterprise_id")
    return EventOrigin(team, enterprise, body.get("is_enterprise_install") in {True, "true"})


def read_removal(body: Json) -> str:
    """Return the id of the workspace or organisation whose bot token is gone, "" for any other payload.

    Slack: `app_uninstalled`, and `tokens_revoked` with tokens of the bot.
    """
    event = get_object(body, "event")
    kind = get_text(event, "type")
    if kind not in _REMOVALS or (kind == "tokens_revoked" and not get_object(event, "tokens").get("bot")):
        return ""
    origin = read_origin(body)
    return origin.enterprise if origin.by_enterprise else origin.team
