"""The data in Redis that outlives a job."""

from .answer_files import AnswerFiles
from .conversations import ChatPreferences, Conversations, HistoryMessage, PreferenceName
from .erasure import Erasure
from .keys import MEMORY_SEPARATOR
from .model_limits import ModelLimits
from .shown_answers import ShownAnswers
from .text_cipher import build_cipher

__all__ = [
    "MEMORY_SEPARATOR",
    "AnswerFiles",
    "ChatPreferences",
    "Conversations",
    "Erasure",
    "HistoryMessage",
    "ModelLimits",
    "PreferenceName",
    "ShownAnswers",
    "build_cipher",
]
