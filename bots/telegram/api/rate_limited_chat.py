"""One chat on the wire: each call within the budget, each failure in the core's words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from telegram.error import ChatMigrated, InvalidToken, TelegramError

from core.chat.port.errors import OutboxError, RateLimitedError
from core.redis import RateLimit

from .errors import get_retry_after, to_outbox_error
from .rate_limits import BOT_LIMIT, RateLimiterPort, get_album_limits, get_chat_limit_names, get_typing_limits

_log = structlog.get_logger()
_Result = TypeVar("_Result")
_Call = Callable[[int], Awaitable[_Result]]


class RateLimitedChat:
    """A chat by its id, which changes when a group becomes a supergroup.

    Every method raises `RateLimitedError` before or instead of waiting, or another `OutboxError`. A call is given the
    id.
    """

    def __init__(self, rate_limiter: RateLimiterPort, chat_id: int) -> None:
        self._rate_limiter = rate_limiter
        self._chat_id = chat_id

    async def call_as_message(self, call: _Call[_Result], *, keep: int = 0, count: int = 1) -> _Result:
        """Send, edit or delete; `keep` calls must remain for what matters more. An album counts as so many messages."""
        await self._take(get_album_limits(self._chat_id, count), keep + count - 1)
        try:
            return await call(self._chat_id)
        except ChatMigrated as error:
            _log.info("group became a supergroup", chat=self._chat_id, now=error.new_chat_id)
            self._chat_id = error.new_chat_id
        except TelegramError as error:
            raise await self._failure(error) from error
        await self._take(get_album_limits(self._chat_id, count), keep + count - 1)
        return await self._once(call)

    async def call_as_typing(self, call: _Call[object], *, keep: int) -> None:
        """Show a chat action."""
        await self._take(get_typing_limits(self._chat_id), keep)
        await self._once(call)

    async def call_outside_chat_limits(self, call: _Call[_Result]) -> _Result:
        """Call what no limit of the chat counts, such as the answer to a pressed button."""
        await self._take((BOT_LIMIT,), 0)
        return await self._once(call)

    async def _once(self, call: _Call[_Result]) -> _Result:
        try:
            return await call(self._chat_id)
        except TelegramError as error:
            raise await self._failure(error) from error

    async def _take(self, limits: tuple[RateLimit, ...], keep: int) -> None:
        if wait := await self._rate_limiter.acquire(*limits, keep=keep):
            raise RateLimitedError(wait)

    async def _failure(self, error: TelegramError) -> OutboxError:
        if seconds := get_retry_after(error):
            # Whatever is sent during a penalty makes it longer, so nothing of ours goes there before its end.
            _log.warning("Telegram asks to wait", chat=self._chat_id, seconds=seconds)
            for name in get_chat_limit_names(self._chat_id):
                await self._rate_limiter.pause(name, seconds)
        if isinstance(error, InvalidToken):
            _log.error("Telegram does not accept TELEGRAM_BOT_TOKEN any more")
        return to_outbox_error(error)
