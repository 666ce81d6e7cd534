"""The private way back that an `Incoming` of Slack carries: what only this platform's outbox understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

_TEAM = "team:"
_BUTTON, _SHORTCUT, _ASIDE = "button ", "shortcut ", "aside "


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """How what a user did can be answered besides posting; its string form is `Incoming.reply_route`."""

    url: str = ""
    """Answers a command, a press or a shortcut (Slack: 5 uses within 30 minutes), but never within a thread."""
    team: str = ""
    """The writer's own workspace, where that is another one than the bot's."""
    button: bool = False
    """A button was pressed that stands beneath something else, which is to stay."""
    shortcut: bool = False
    """A shortcut was used on a message, in whose thread media and answers go."""
    quiet: bool = False
    """Nobody has answered in that thread yet, so Slack would show nobody what is said there to one person alone."""

    def __str__(self) -> str:
        kind = _BUTTON if self.button else _SHORTCUT if self.shortcut else ""
        team = f"{_TEAM}{self.team} " if self.team else ""
        return team + kind + (_ASIDE if self.quiet else "") + self.url

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the string form back."""
        team = ""
        if text.startswith(_TEAM):
            team, _, text = text.removeprefix(_TEAM).partition(" ")
        rest = text.removeprefix(_BUTTON).removeprefix(_SHORTCUT)
        return cls(
            url=rest.removeprefix(_ASIDE),
            team=team,
            button=text.startswith(_BUTTON),
            shortcut=text.startswith(_SHORTCUT),
            quiet=rest.startswith(_ASIDE),
        )
