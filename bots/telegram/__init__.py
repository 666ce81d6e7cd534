"""Telegram: private chats, groups and topics, by long polling and messages that grow by edits."""

from .platform import TelegramPlatform, TelegramTokenError

__all__ = ["TelegramPlatform", "TelegramTokenError"]
