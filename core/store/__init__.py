"""What outlives a turn, in Redis."""

from .answer_files import AnswerFiles
from .conversations import Choices, Conversations, Name, Remembered
from .model_limits import ModelLimits
from .shown_answers import ShownAnswers

__all__ = ["AnswerFiles", "Choices", "Conversations", "ModelLimits", "Name", "Remembered", "ShownAnswers"]
