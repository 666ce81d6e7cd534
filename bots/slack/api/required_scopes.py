"""The scopes of the bot token."""

from __future__ import annotations

PURPOSES = {
    "channels:history": "to read threads in public channels",
    "channels:manage": "to leave a public channel that an admin has refused",
    "channels:read": "to greet when it is added to a public channel",
    "chat:write": "to answer",
    "commands": "for slash commands and shortcuts",
    "files:read": "to read what people send",
    "files:write": "to post pictures and voice notes",
    "groups:history": "to read threads in private channels",
    "groups:read": "to greet when it is added to a private channel",
    "groups:write": "to leave a private channel that an admin has refused",
    "im:history": "to get direct messages",
    "mpim:history": "to get messages of groups of people",
    "reactions:write": "to show on a question that it waits for its answer",
    "users:read": "to know names and languages",
}
"""The purpose of each scope, for operators."""
SCOPES = tuple(PURPOSES)
"""The scopes that the manifest requests."""
AGENT_SCOPE = "assistant:write"
"""To offer questions; an app that is no agent goes without it."""


def list_known_scopes(listed: object) -> str:
    """Return those of the scopes in a response that the app asks for, separated by commas; others are left out."""
    named = {scope.strip() for scope in str(listed or "").split(",")}
    return ",".join(scope for scope in (*SCOPES, AGENT_SCOPE) if scope in named)


def missing_scopes(granted: str) -> tuple[str, ...]:
    """Return the scopes that a token lacks, from the `X-OAuth-Scopes` header of a response; () if that is empty."""
    given = {scope.strip() for scope in granted.split(",")} - {""}
    return tuple(scope for scope in SCOPES if scope not in given) if given else ()
