"""Rendering Markdown for Telegram."""
