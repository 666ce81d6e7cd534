"""Sending answers, media, menus and sentences to Telegram."""
