"""Markdown as Telegram shows it."""
