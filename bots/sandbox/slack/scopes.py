"""The scopes that each method needs, as Slack's method reference lists them."""

from .call import Args, Json, RefusalError
from .workspace_state import Workspace

GRANTED: tuple[str, ...] = (
    "app_mentions:read",
    "channels:history",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "reactions:write",
    "users:read",
)
_AGENT_SCOPE = "assistant:write"
"""Slack adds it to an app that is declared as an agent, where the workspace has agents."""
_NEEDED = {
    "assistant.threads.setStatus": "chat:write",
    "assistant.threads.setSuggestedPrompts": _AGENT_SCOPE,
    "assistant.threads.setTitle": _AGENT_SCOPE,
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "users.info": "users:read",
    "users.list": "users:read",
}
_HISTORIES = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}


class MissingScopeError(RefusalError):
    """`missing_scope`, with what was needed and what the token has."""

    def __init__(self, needed: str, provided: str) -> None:
        super().__init__("missing_scope")
        self.needed = needed
        self.provided = provided

    def answer(self) -> Json:
        return super().answer() | {"needed": self.needed, "provided": self.provided}


def list_granted(workspace: Workspace) -> set[str]:
    """Return the scopes of the bot token."""
    return workspace.scopes | ({_AGENT_SCOPE} if workspace.rules.agent_sessions else set())


def check_scope(method: str, args: Args, workspace: Workspace) -> None:
    """Refuse a method whose scope the token lacks."""
    granted = list_granted(workspace)
    needed = _NEEDED.get(method, "chat:write" if method.startswith("chat.") else "")
    if method in {"conversations.history", "conversations.replies"}:
        channel = workspace.channels.get(args.text("channel"))
        needed = _HISTORIES[channel.kind] if channel else ""
    if needed and needed not in granted:
        raise MissingScopeError(needed, ",".join(sorted(granted)))
