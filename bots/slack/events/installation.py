"""Whose events are read, and the names of places in Slack; pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.chat.port.incoming import ChatRef

from .authors import Speaker
from .reply_target import ReplyTarget

PLATFORM = "sl"


@dataclass(frozen=True, slots=True)
class Installation:
    """Whose token it is, as far as that is known: the workspace, the bot's user id, and the apps that are answered."""

    team: str = ""
    bot: str = ""
    apps: frozenset[str] = frozenset()

    def answers(self, speaker: Speaker) -> bool:
        """Whether somebody is answered at all: people are, apps where that is allowed."""
        return speaker.human or "*" in self.apps or bool(speaker.ids & self.apps)


def chat_ref(team: str, channel: str, thread: str, *, direct: bool) -> ChatRef:
    return ChatRef(PLATFORM, team, channel, "" if direct else thread)


def command_sign(thread: object, *, direct: bool) -> str:
    """Slack takes no slash commands in threads, and every conversation in a channel is one."""
    return "!" if thread or not direct else "/"


def is_direct(channel: str, kind: object = None) -> bool:
    return kind == "im" or channel.startswith("D")


def visitor_team(theirs: str, team: str) -> str:
    visited = foreign_team(theirs, team)
    return str(ReplyTarget(team=visited)) if visited else ""


def foreign_team(theirs: str, team: str) -> str:
    """Whoever writes in a shared channel from another workspace; an organisation's id (E...) is no answer."""
    return theirs if theirs.startswith("T") and theirs != team else ""
