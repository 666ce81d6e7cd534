"""Texts with entities, as Telegram's server parses and stores them."""
