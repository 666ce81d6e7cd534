"""The reaction on a message that waits for its answer."""

from __future__ import annotations

from bots.slack.api.errors import MissingScopeError
from bots.slack.api.workspace_api import WorkspaceApi
from core.chat.port.errors import RateLimitedError
from core.chat.port.incoming import Incoming

_REACTION = "eyes"


async def set_waiting_mark(workspace: WorkspaceApi, incoming: Incoming, *, waiting: bool) -> None:
    """See `Outbox.mark_as_waiting`; a removal that the rate limits refuse is made later."""
    reactions, channel, message = workspace.reactions, incoming.chat.chat, incoming.message_id
    if not workspace.features.reactions.is_available(channel):
        return

    async def remove() -> None:
        await reactions.remove(channel, message, _REACTION)

    try:
        if waiting:
            await reactions.add(channel, message, _REACTION, user=incoming.sender.id)
        else:
            await remove()
    except RateLimitedError:
        if waiting:
            raise
        workspace.deferred.schedule(channel, message, remove)
    except MissingScopeError:
        workspace.features.reactions.disable()
