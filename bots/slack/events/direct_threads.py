"""Direct messages whose threads are conversations of their own, as those of an agent are; pure."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.incoming import Incoming

from .workspace_context import WorkspaceContext


def message_event(ts: str) -> str:
    """Return the event id of a message."""
    return f"m{ts}"


def place_in_thread(found: Incoming, workspace: WorkspaceContext) -> Incoming:
    """Make the thread of a direct message the conversation, where those are apart; its hints work in threads, too."""
    if not (found.direct and workspace.direct_threads):
        return found
    root = "" if found.starts_thread else found.thread
    return replace(
        found,
        chat=replace(found.chat, thread=found.thread),
        direct_threads=True,
        root_event=root and message_event(root),
        command_sign="!" if found.thread else found.command_sign,
    )
