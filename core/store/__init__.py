"""What outlives a turn, in Redis."""

from .conversations import Choices, Conversations, Name, Remembered

__all__ = ["Choices", "Conversations", "Name", "Remembered"]
