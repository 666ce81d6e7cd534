"""The state of an installation in the browser: taken once, within ten minutes, by the browser that began it."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie

from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bots.slack.api.call import create_sdk_logger

from .secret_store import SecretStore

LIFETIME = timedelta(minutes=10)


class StateStore(AsyncOAuthStateStore):
    """States that any replica takes; only their digests are stored. Raises one of `STORE_ERRORS`."""

    def __init__(self, secrets_store: SecretStore) -> None:
        self._secrets = secrets_store
        self._logger = create_sdk_logger("oauth", logging.ERROR)

    @property
    def logger(self) -> logging.Logger:
        """See `AsyncOAuthStateStore`."""
        return self._logger

    async def async_issue(self, *_: object, **__: object) -> str:
        """Make a state of 256 random bits."""
        state = secrets.token_urlsafe(32)
        await self._secrets.issue(f"state:{state}", LIFETIME)
        return state

    async def async_consume(self, state: str) -> bool:
        """Return whether a state is good, which it is once."""
        return bool(state) and await self._secrets.take(f"state:{state}")


class BrowserState(OAuthStateUtils):
    """The cookie that binds a state to a browser."""

    def build_set_cookie_for_new_state(self, state: str) -> str:
        """Return a cookie that comes back when Slack sends the browser here, and that no script can read."""
        return f"{super().build_set_cookie_for_new_state(state)}; SameSite=Lax"

    def is_valid_browser(self, state: str | None, request_headers: Mapping[str, str | Sequence[str]]) -> bool:
        """Whether the browser has the cookie of this state; takes the same time for every cookie."""
        found = request_headers.get("cookie") or ""
        lines = [found] if isinstance(found, str) else found
        held = [value for line in lines for value in _read_cookies(line, self.cookie_name)]
        matches = [hmac.compare_digest(value.encode(), (state or "").encode()) for value in held]
        return bool(state) and any(matches)


def _read_cookies(line: str, name: str) -> list[str]:
    try:
        cookie = SimpleCookie(line)
    except CookieError:
        return []
    return [cookie[name].value] if name in cookie else []
