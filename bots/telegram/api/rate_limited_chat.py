"""Calls to one chat: each within the rate limits, each failure as an `OutboxError`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from telegram.error import ChatMigrated, InvalidToken, TelegramError

from core.chat.port.errors import OutboxError, RateLimitedError
from core.redis import RateLimit

from .errors import get_retry_after, to_outbox_error
from .rate_limits import (
    BOT_LIMIT,
    PRESS_LIMIT,
    PRESS_RESERVE,
    RateLimiterPort,
    get_album_limits,
    get_chat_limit_names,
    get_typing_limits,
)

_log = structlog.get_logger()
_Result = TypeVar("_Result")
_Call = Callable[[int], Awaitable[_Result]]


class RateLimitedChat:
    """Calls to a chat, whose id changes when the group becomes a supergroup.

    No method waits: each raises `RateLimitedError`, or another `OutboxError`. The chat id is passed to each call.
    """

    def __init__(self, rate_limiter: RateLimiterPort, chat_id: int) -> None:
        self._rate_limiter = rate_limiter
        self._chat_id = chat_id

    async def call_as_message(self, call: _Call[_Result], *, reserve: int = 0, count: int = 1) -> _Result:
        """Send, edit or delete; `reserve` calls must remain available. An album counts as `count` messages."""
        await self._acquire(get_album_limits(self._chat_id, count), reserve + count - 1)
        try:
            return await call(self._chat_id)
        except ChatMigrated as error:
            _log.info("group became a supergroup", chat=self._chat_id, now=error.new_chat_id)
            self._chat_id = error.new_chat_id
        except TelegramError as error:
            raise await self._handle_failure(error) from error
        await self._acquire(get_album_limits(self._chat_id, count), reserve + count - 1)
        return await self._call_once(call)

    async def call_as_typing(self, call: _Call[object], *, reserve: int) -> None:
        """Send a chat action."""
        await self._acquire(get_typing_limits(self._chat_id), reserve)
        await self._call_once(call)

    async def call_outside_chat_limits(self, call: _Call[_Result]) -> _Result:
        """Make a call that no limit of the chat counts."""
        await self._acquire((BOT_LIMIT,), 0)
        return await self._call_once(call)

    async def call_for_press(self, call: _Call[object], *, person: str) -> None:
        """Answer a press of this person (Bot API: answerCallbackQuery), which no limit of the chat counts."""
        await self._acquire((PRESS_LIMIT,), PRESS_RESERVE, person)
        await self._call_once(call)

    async def _call_once(self, call: _Call[_Result]) -> _Result:
        try:
            return await call(self._chat_id)
        except TelegramError as error:
            raise await self._handle_failure(error) from error

    async def _acquire(self, limits: tuple[RateLimit, ...], reserve: int, person: str = "") -> None:
        if wait := await self._rate_limiter.acquire(*limits, reserve=reserve, person=person):
            raise RateLimitedError(wait)

    async def _handle_failure(self, error: TelegramError) -> OutboxError:
        if seconds := get_retry_after(error):
            # Each call during a penalty makes it longer, so all calls to the chat pause until its end.
            _log.warning("Telegram asks to wait", chat=self._chat_id, seconds=seconds)
            for name in get_chat_limit_names(self._chat_id):
                await self._rate_limiter.pause(name, seconds)
        if isinstance(error, InvalidToken):
            _log.error("Telegram does not accept TELEGRAM_BOT_TOKEN any more")
        return to_outbox_error(error)
