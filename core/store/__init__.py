"""What outlives a turn, in Redis."""

from .conversations import Choices, Conversations, Name, Remembered
from .model_limits import ModelLimits

__all__ = ["Choices", "Conversations", "ModelLimits", "Name", "Remembered"]
