"""The tokens of the app: whom they belong to, until when, and why they are refused."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from .app_state import Organisation
from .call import RefusalError
from .workspace_state import Workspace

LIFETIME = 43_200
"""Seconds for which a token is valid that is rotated."""
_MAX_ACTIVE = 2
"""Slack: tokens of one installation that are valid at a time; a refresh beyond that ends the oldest."""


@dataclass(slots=True, eq=False)
class BotToken:
    """A bot token; one of an organisation is for all of its workspaces."""

    text: str
    owner: Workspace | Organisation
    expires: float | None = None
    """A time of the clock, None for a token that is not rotated."""
    refusal: str = ""
    """The error with which it is refused, "" while it is not."""

    def covers(self, workspace: Workspace) -> bool:
        return self.owner is workspace or self.owner is workspace.organisation


class Tokens:
    """The app's own token and the bot tokens that were given out."""

    def __init__(self, app: str, clock: Callable[[], float]) -> None:
        self.app = app
        self.bots: dict[str, BotToken] = {}
        self._refreshing: dict[str, Workspace | Organisation] = {}
        self._clock = clock

    def add(self, text: str, owner: Workspace | Organisation, *, expires_in: float | None = None) -> BotToken:
        expires = None if expires_in is None else self._clock() + expires_in
        token = self.bots[text] = BotToken(text, owner, expires)
        return token

    def issue(self, owner: Workspace | Organisation, lifetime: int | None) -> dict[str, object]:
        """Give out a token; one with a lifetime (seconds) comes with a refresh token."""
        if lifetime is None:
            return {"access_token": self.add(f"xoxb-{secrets.token_hex(12)}", owner).text}
        token = self.add(f"xoxe.xoxb-1-{secrets.token_hex(12)}", owner, expires_in=lifetime)
        refresh = f"xoxe-1-{secrets.token_hex(12)}"
        self._refreshing[refresh] = owner
        return {"access_token": token.text, "refresh_token": refresh, "expires_in": lifetime}

    def refresh(self, refresh_token: str, lifetime: int) -> tuple[Workspace | Organisation, dict[str, object]]:
        """Take a refresh token, which is good for once, and give out the next ones (else `invalid_refresh_token`)."""
        owner = self._refreshing.pop(refresh_token, None)
        if owner is None:
            raise RefusalError("invalid_refresh_token")
        active = [token for token in self.bots.values() if token.owner is owner and not token.refusal]
        for oldest in active[: max(0, len(active) + 1 - _MAX_ACTIVE)]:
            oldest.refusal = "token_revoked"
        return owner, self.issue(owner, lifetime)

    def refuse_all(self, owner: Workspace | Organisation, error: str) -> None:
        """Refuse every token of an installation from now on, with this error."""
        for token in self.bots.values():
            if token.owner is owner:
                token.refusal = token.refusal or error
        self._refreshing = {text: its for text, its in self._refreshing.items() if its is not owner}

    def check(self, text: str, *, app_wanted: bool) -> None:
        """Refuse a token that is not good for a call, with Slack's error."""
        if not text:
            raise RefusalError("not_authed")
        known = text == self.app or text in self.bots
        if (text == self.app) != app_wanted:
            raise RefusalError("not_allowed_token_type" if known else "invalid_auth")
        if not app_wanted:
            self._check_bot(self.bots.get(text))

    def _check_bot(self, token: BotToken | None) -> None:
        if token is None:
            raise RefusalError("invalid_auth")
        if token.refusal:
            raise RefusalError(token.refusal)
        if token.expires is not None and self._clock() >= token.expires:
            raise RefusalError("token_expired")
