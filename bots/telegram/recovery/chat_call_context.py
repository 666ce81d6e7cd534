"""What calls to one chat need."""

from __future__ import annotations

from dataclasses import dataclass

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from core.chat.port.incoming import Incoming

from .message_ids import MessageIdTracker


@dataclass(frozen=True, slots=True)
class ChatAccess:
    """The API, the chat's rate limits and known message ids, and the message that is answered."""

    api: TelegramApi
    calls: RateLimitedChat
    message_ids: MessageIdTracker
    incoming: Incoming

    @property
    def chat(self) -> int:
        """The chat's id."""
        return int(self.incoming.chat.chat)
