"""Who may decide for everybody in a group."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

from telegram.constants import ChatMemberStatus

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from core.chat.port.errors import OutboxError

_PATIENCE = 2.0
_KNOWN_FOR = 60.0
"""Seconds."""
_KEPT = 10_000
_DECIDE = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})


class AdminLookup:
    """Asks Telegram who is an administrator, and remembers the answer for a minute."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api
        self._known: OrderedDict[tuple[int, int], tuple[float, bool]] = OrderedDict()

    async def is_admin(self, person: int, chat: int, destination: RateLimitedChat) -> bool:
        """Whether `person` is one in the group `chat`; False when Telegram does not say so within 2 seconds."""
        if person == chat:
            return True  # whoever writes in the name of the group itself is an anonymous administrator
        if person < 0:
            return False  # a channel
        until, answer = self._known.get((chat, person), (0.0, False))
        if time.monotonic() < until:
            return answer
        try:
            async with asyncio.timeout(_PATIENCE):
                member = await destination.call_outside_chat_limits(
                    lambda chat: self._api.get_chat_member(chat, person)
                )
        except (OutboxError, TimeoutError):
            return False
        self._remember(chat, person, answer=member.status in _DECIDE)
        return member.status in _DECIDE

    def _remember(self, chat: int, person: int, *, answer: bool) -> None:
        self._known[chat, person] = time.monotonic() + _KNOWN_FOR, answer
        self._known.move_to_end((chat, person))
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
