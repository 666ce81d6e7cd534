"""Who may use the bot, and how the service knows its own buttons."""

from .signing_key import KeyReader, SigningKey

__all__ = ["KeyReader", "SigningKey"]
