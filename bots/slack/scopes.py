"""The scopes of the bot token: what the app needs, and what it was given."""

from __future__ import annotations

SCOPES = (
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "mpim:history",
    "users:read",
)
"""What the manifest asks for."""


def missing_scopes(granted: str) -> tuple[str, ...]:
    """The scopes that a token lacks, given the `X-OAuth-Scopes` of any answer of Slack; () when that is empty."""
    given = {scope.strip() for scope in granted.split(",")} - {""}
    return tuple(scope for scope in SCOPES if scope not in given) if given else ()
