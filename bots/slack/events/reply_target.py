"""The reply target in an `Incoming` of Slack, which only Slack's outbox reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

_TEAM_PREFIX = "team:"
_BUTTON_PREFIX, _SHORTCUT_PREFIX, _UNANSWERED_PREFIX = "button ", "shortcut ", "aside "


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """How an event can be answered besides posting; its string form is `Incoming.reply_route`."""

    url: str = ""
    """The response_url of a command, a press or a shortcut (Slack: 5 uses within 30 minutes), never within a thread."""
    team: str = ""
    """The user's own workspace, if it is not the bot's."""
    button: bool = False
    """A button was pressed below a message that is to stay."""
    shortcut: bool = False
    """A shortcut was used; media and answers go into the thread of its message."""
    unanswered_thread: bool = False
    """The thread has no replies yet, so Slack would not show ephemeral messages in it."""

    def __str__(self) -> str:
        kind = _BUTTON_PREFIX if self.button else _SHORTCUT_PREFIX if self.shortcut else ""
        team = f"{_TEAM_PREFIX}{self.team} " if self.team else ""
        return team + kind + (_UNANSWERED_PREFIX if self.unanswered_thread else "") + self.url

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the string form."""
        team = ""
        if text.startswith(_TEAM_PREFIX):
            team, _, text = text.removeprefix(_TEAM_PREFIX).partition(" ")
        rest = text.removeprefix(_BUTTON_PREFIX).removeprefix(_SHORTCUT_PREFIX)
        return cls(
            url=rest.removeprefix(_UNANSWERED_PREFIX),
            team=team,
            button=text.startswith(_BUTTON_PREFIX),
            shortcut=text.startswith(_SHORTCUT_PREFIX),
            unanswered_thread=rest.startswith(_UNANSWERED_PREFIX),
        )
