"""What is known of the workspace of an event while it is read, and references to its chats; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.chat.port.incoming import ChatRef, Incoming
from core.json_reader import Json, get_object, get_objects, get_text

from .authors import Author
from .reply_target import ReplyTarget

PLATFORM = "sl"
THREAD_MEMORY = "thread"
"""What is stored as `memory` of an event where the threads of direct messages are conversations."""
EVERY_COMMAND = "wanjie"
"""The slash command that takes every other one: `/wanjie model kimi`."""


@dataclass(frozen=True, slots=True)
class WorkspaceContext:
    """The workspace and the bot's user id, as far as they are known, and the apps that are answered."""

    team: str = ""
    bot: str = ""
    apps: frozenset[str] = frozenset()
    command_prefix: str = ""
    """What the names of slash commands begin with, such as `wj-`."""
    direct_threads: bool = False
    """Each thread of a direct message is a conversation of its own."""
    asks_for: str = ""
    """The id of the workspace or organisation that an admin lets in; "" where the operator's settings do."""
    name: str = ""
    """The name of that workspace or organisation."""

    def can_answer(self, author: Author) -> bool:
        """Whether an author is answered: users always, apps if the settings allow it."""
        return author.is_person or "*" in self.apps or bool(author.ids & self.apps)


def resolve_workspace(stored: Json, body: Json, workspace: WorkspaceContext) -> WorkspaceContext:
    """Find the workspace of an event. Slack Connect: `team_id`, `team.id`, `user.team_id` may be a visitor's."""
    installed = next(iter(get_objects(body, "authorizations")), Json())
    team = (
        get_text(stored, "team")
        or get_text(installed, "team_id")
        or get_text(body, "context_team_id")
        or workspace.team
    )
    sent = (
        get_text(body, "team_id")
        or get_text(get_object(body, "team"), "id")
        or get_text(get_object(body, "user"), "team_id")
    )
    bot = get_text(stored, "bot") or get_text(installed, "user_id") or workspace.bot
    apart = stored.get("memory") == THREAD_MEMORY if stored else workspace.direct_threads
    waiting = get_object(stored, "workspace")
    return replace(
        workspace,
        team=team or sent,
        bot=bot,
        direct_threads=apart,
        asks_for=get_text(waiting, "id"),
        name=get_text(waiting, "name"),
    )


def add_workspace(found: Incoming | None, workspace: WorkspaceContext) -> Incoming | None:
    """Add the workspace that an admin of the service lets in."""
    if found is None or not (place := workspace.asks_for):
        return found
    return replace(found, workspace=str(ChatRef(PLATFORM, place, place)), workspace_name=workspace.name)


def chat_ref(team: str, channel: str, thread: str, *, direct: bool) -> ChatRef:
    return ChatRef(PLATFORM, team, channel, "" if direct else thread)


def command_sign(thread: object, prefix: str, *, direct: bool) -> str:
    """Return the sign of commands: Slack has no slash commands in threads, and channels are answered in threads."""
    return "!" if thread or not direct else f"/{prefix}"


def is_direct(channel: str, kind: object = None) -> bool:
    return kind == "im" or channel.startswith("D")


def visitor_route(theirs: str, team: str) -> str:
    visitor = foreign_team(theirs, team)
    return str(ReplyTarget(team=visitor)) if visitor else ""


def foreign_team(theirs: str, team: str) -> str:
    """Return the other workspace of a visitor in a shared channel; an organisation's id (E...) is not a workspace."""
    return theirs if theirs.startswith("T") and theirs != team else ""
