"""Telegram: private chats, groups and topics, by long polling and messages that grow by edits."""
