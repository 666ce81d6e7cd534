"""Answers on their way to Telegram."""
