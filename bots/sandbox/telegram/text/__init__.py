"""Texts with entities, as Telegram's server reads and keeps them."""
