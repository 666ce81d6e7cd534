"""Looking up who administers a group."""

from __future__ import annotations

import asyncio
import time

from cachetools import TTLCache
from telegram.constants import ChatMemberStatus

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from core.chat.port.errors import OutboxError

_LOOKUP_TIMEOUT = 2.0
_CACHE_SECONDS = 60.0
_MAX_CACHED = 10_000
_ADMIN_STATUSES = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})


class AdminLookup:
    """Asks Telegram who is an administrator and caches the answer for a minute."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api
        self._cache: TTLCache[tuple[int, int], bool, float] = TTLCache(_MAX_CACHED, _CACHE_SECONDS, time.monotonic)

    async def bot_receives_everything(self, chat_id: int, destination: RateLimitedChat) -> bool:
        """Whether the bot receives all messages of a group; False when Telegram does not answer within 2 seconds."""
        try:
            async with asyncio.timeout(_LOOKUP_TIMEOUT):
                bot = await destination.call_outside_chat_limits(lambda _: self._api.get_me())
        except (OutboxError, TimeoutError):
            return False
        return bool(bot.can_read_all_group_messages) or await self.is_admin(bot.id, chat_id, destination)

    async def is_admin(self, user_id: int, chat_id: int, destination: RateLimitedChat) -> bool:
        """Whether `user_id` administers the group `chat_id`; False when Telegram does not answer within 2 seconds."""
        if user_id == chat_id:
            return True  # an anonymous administrator writes in the name of the group itself
        if user_id < 0:
            return False  # a channel
        if (known := self._cache.get((chat_id, user_id))) is not None:
            return known
        try:
            async with asyncio.timeout(_LOOKUP_TIMEOUT):
                member = await destination.call_outside_chat_limits(
                    lambda chat: self._api.get_chat_member(chat, user_id)
                )
        except (OutboxError, TimeoutError):
            return False
        answer = self._cache[chat_id, user_id] = member.status in _ADMIN_STATUSES
        return answer
