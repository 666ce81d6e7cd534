"""What outlives a turn, in Redis."""

from .conversations import Choices, Conversations, Remembered

__all__ = ["Choices", "Conversations", "Remembered"]
