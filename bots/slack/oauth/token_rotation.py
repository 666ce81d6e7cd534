"""Tokens that expire after twelve hours: one replica at a time exchanges the refresh token, which is good for once."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
# slack_sdk leaves some fields of its installations untyped.

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from core.chat.port.errors import PlatformUnreachableError
from core.http_sessions import NETWORK_ERRORS
from core.redis import STORE_ERRORS

from .installation_store import InstallationStore, get_id
from .secret_store import Lease

_log = structlog.get_logger()
_MINUTES_BEFORE = 120
"""Minutes before its end from which on a token is exchanged; the old one is good for the rest of them."""
_SAVE_DELAY = 1.0
_MAX_SAVES = 300


class TokenRotation:
    """Finds bots, with tokens that are good for a while."""

    def __init__(self, store: InstallationStore, rotator: AsyncTokenRotator, lease: Callable[[str], Lease]) -> None:
        self._store = store
        self._rotator = rotator
        self._lease = lease
        self._running: dict[str, asyncio.Task[Bot | None]] = {}

    async def find(self, name: str) -> Bot | None:
        """Find the bot of a workspace or an organisation; None when the app is not installed there.

        Raises one of `STORE_ERRORS`, or `PlatformUnreachableError` when its token has expired and Slack does not give
        another one.
        """
        bot = await self._store.find_by_id(name)
        return bot if bot is None or not _is_due(bot) else await self._rotate_once(get_id(bot))

    async def aclose(self) -> None:
        """Wait for exchanges that have begun: what Slack answers would be lost."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _rotate_once(self, name: str) -> Bot | None:
        """Join the exchange that goes on, or begin one; it outlives whoever asks for it."""
        task = self._running.get(name)
        if task is None:
            task = self._running[name] = asyncio.create_task(self._rotate(name))
            task.add_done_callback(lambda _: self._running.pop(name, None))
        return await asyncio.shield(task)

    async def _rotate(self, name: str) -> Bot | None:
        async with self._lease(f"slack-token:{name}").hold():
            bot = await self._store.find_by_id(name)  # another replica may have been faster
            if bot is None or not _is_due(bot):
                return bot
            rotated = await self._exchange(bot)
            if rotated is not None:
                await self._save(rotated)
            return rotated or bot

    async def _exchange(self, bot: Bot) -> Bot | None:
        """Return the bot with its next tokens; None while the present one has to do."""
        try:
            return await self._rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=_MINUTES_BEFORE)
        except SlackTokenRotationError as error:
            _log.error(
                "Slack does not exchange the token of a workspace; install the app there again",
                workspace=get_id(bot),
                error=error.api_error,
            )
        except NETWORK_ERRORS as error:
            _log.warning("the token of a workspace could not be exchanged", workspace=get_id(bot), error=error)
            if _is_expired(bot):
                raise PlatformUnreachableError(type(error).__name__) from error
        return None

    async def _save(self, bot: Bot) -> None:
        """Store new tokens whatever it takes: the old refresh token is used up."""
        for _ in range(_MAX_SAVES):
            try:
                return await self._store.async_save_bot(bot)
            except STORE_ERRORS as error:
                _log.warning("new tokens of a workspace could not be stored yet", workspace=get_id(bot), error=error)
            await asyncio.sleep(_SAVE_DELAY)
        return await self._store.async_save_bot(bot)


def _is_due(bot: Bot) -> bool:
    return _is_expired(bot, minutes=_MINUTES_BEFORE)


def _is_expired(bot: Bot, *, minutes: int = 0) -> bool:
    expires = bot.bot_token_expires_at
    return expires is not None and expires <= time.time() + minutes * 60
