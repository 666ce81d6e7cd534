"""The installation whose events are read, and references to its chats; pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.chat.port.incoming import ChatRef

from .authors import Author
from .reply_target import ReplyTarget

PLATFORM = "sl"
EVERY_COMMAND = "wanjie"
"""The slash command that takes every other one: `/wanjie model kimi`."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The workspace and the bot's user id, as far as they are known, and the apps that are answered."""

    team: str = ""
    bot: str = ""
    apps: frozenset[str] = frozenset()
    command_prefix: str = ""
    """What the names of slash commands begin with, such as `wj-`."""

    def can_answer(self, author: Author) -> bool:
        """Whether an author is answered: users always, apps if the settings allow it."""
        return author.is_person or "*" in self.apps or bool(author.ids & self.apps)


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
