"""Telegram's updates, as the core reads them."""
