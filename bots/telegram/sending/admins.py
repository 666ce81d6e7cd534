"""Looking up who administers a group."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

from telegram.constants import ChatMemberStatus

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from core.chat.port.errors import OutboxError

_LOOKUP_TIMEOUT = 2.0
_CACHE_SECONDS = 60.0
"""Seconds."""
_MAX_CACHED = 10_000
_ADMIN_STATUSES = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})


class AdminLookup:
    """Asks Telegram who is an administrator and caches the answer for a minute."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api
        self._cache: OrderedDict[tuple[int, int], tuple[float, bool]] = OrderedDict()

    async def is_admin(self, user_id: int, chat_id: int, destination: RateLimitedChat) -> bool:
        """Whether `user_id` administers the group `chat_id`; False when Telegram does not answer within 2 seconds."""
        if user_id == chat_id:
            return True  # an anonymous administrator writes in the name of the group itself
        if user_id < 0:
            return False  # a channel
        until, answer = self._cache.get((chat_id, user_id), (0.0, False))
        if time.monotonic() < until:
            return answer
        try:
            async with asyncio.timeout(_LOOKUP_TIMEOUT):
                member = await destination.call_outside_chat_limits(
                    lambda chat: self._api.get_chat_member(chat, user_id)
                )
        except (OutboxError, TimeoutError):
            return False
        self._store_in_cache(chat_id, user_id, answer=member.status in _ADMIN_STATUSES)
        return member.status in _ADMIN_STATUSES

    def _store_in_cache(self, chat_id: int, user_id: int, *, answer: bool) -> None:
        self._cache[chat_id, user_id] = time.monotonic() + _CACHE_SECONDS, answer
        self._cache.move_to_end((chat_id, user_id))
        while len(self._cache) > _MAX_CACHED:
            self._cache.popitem(last=False)
