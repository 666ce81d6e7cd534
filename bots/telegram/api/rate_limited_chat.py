"""Calls to one chat: each within the rate limits, each failure as an `OutboxError`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import structlog
from telegram.error import ChatMigrated, InvalidToken, TelegramError

from core.chat.port.errors import OutboxError

from .call_budget import CallBudget
from .call_priorities import Priority
from .errors import get_retry_after, to_outbox_error
from .rate_limit_numbers import (
    LOOKUP_LIMIT,
    PRESS_LIMIT,
    REACTION_LIMIT,
    get_album_limits,
    get_chat_limit_names,
    get_draft_limits,
    get_typing_limits,
    leave_room,
)

_log = structlog.get_logger()
_Result = TypeVar("_Result")
_Call = Callable[[int], Awaitable[_Result]]


class RateLimitedChat:
    """Calls to a chat, whose id changes when the group becomes a supergroup.

    No method waits: each raises `RateLimitedError`, or another `OutboxError`. The chat id is passed to each call.
    """

    def __init__(self, budget: CallBudget, chat_id: int) -> None:
        self._budget = budget
        self._chat_id = chat_id
        self._waiting_answers = 0

    def leave_room(self, answers: int) -> None:
        """Let all but final calls leave so many calls of a group's minute to answers that wait."""
        self._waiting_answers = answers

    def get_wait(self, priority: Priority) -> float:
        """Return the seconds until a call is worth trying, as far as this process knows; it keeps its turn."""
        return self._budget.get_wait(self, priority)

    async def call_as_message(
        self, call: _Call[_Result], *, priority: Priority = Priority.FINAL, count: int = 1
    ) -> _Result:
        """Send, edit or delete. An album counts as `count` messages."""
        try:
            async with self._counted_message(priority, count):
                return await call(self._chat_id)
        except ChatMigrated as error:
            _log.info("group became a supergroup", chat=self._chat_id, now=error.new_chat_id)
            self._chat_id = error.new_chat_id
        except TelegramError as error:
            raise await self._handle_failure(error) from error
        async with self._counted_message(priority, count):
            return await self._call_once(call)

    async def call_as_typing(self, call: _Call[object]) -> None:
        """Send a chat action."""
        limits = leave_room(get_typing_limits(self._chat_id), self._waiting_answers)
        async with self._budget.call(self, Priority.TYPING, limits):
            await self._call_once(call)

    def get_preview_wait(self) -> float:
        """Return the same for a draft."""
        return self._budget.get_preview_wait(self)

    async def call_as_preview(self, call: _Call[object]) -> None:
        """Send a draft to a private chat."""
        await self._budget.acquire_preview(self, get_draft_limits(self._chat_id))
        await self._call_once(call)

    @property
    def is_bot_busy(self) -> bool:
        """Whether chats compete for the messages of the whole bot."""
        return self._budget.is_busy

    async def call_as_reaction(self, call: _Call[object]) -> None:
        """Set a reaction."""
        await self._budget.acquire_reaction(REACTION_LIMIT)
        await self._call_once(call)

    async def call_outside_chat_limits(self, call: _Call[_Result]) -> _Result:
        """Make a call that no limit of the chat counts; those for one chat leave as many to other chats."""
        async with self._budget.call_at_once(self, LOOKUP_LIMIT, person=f"chat {self._chat_id}"):
            return await self._call_once(call)

    async def call_for_press(self, call: _Call[object], *, person: str) -> None:
        """Answer a press of this person (Bot API: answerCallbackQuery), which no limit of the chat counts."""
        async with self._budget.call_at_once(self, PRESS_LIMIT, person=person):
            await self._call_once(call)

    async def _call_once(self, call: _Call[_Result]) -> _Result:
        try:
            return await call(self._chat_id)
        except TelegramError as error:
            raise await self._handle_failure(error) from error

    def _counted_message(self, priority: Priority, count: int) -> AbstractAsyncContextManager[None]:
        limits = get_album_limits(self._chat_id, count, priority)
        if priority > Priority.FINAL:
            limits = leave_room(limits, self._waiting_answers)
        return self._budget.call(self, priority, limits, count=count)

    async def _handle_failure(self, error: TelegramError) -> OutboxError:
        if seconds := get_retry_after(error):
            # Each call during a penalty makes it longer, so all calls to the chat pause until its end.
            _log.warning("Telegram asks to wait", chat=self._chat_id, seconds=seconds)
            for name in get_chat_limit_names(self._chat_id):
                await self._budget.pause(name, seconds)
        if isinstance(error, InvalidToken):
            _log.error("Telegram does not accept TELEGRAM_BOT_TOKEN any more")
        return to_outbox_error(error)
