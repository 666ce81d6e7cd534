"""The data in Redis that outlives a job."""

from .chat_preferences import ChatPreferences, PreferenceName
from .chat_retention import limit_lifetime, list_retentions
from .conversations import Conversations, HistoryMessage
from .erasure import Erasure
from .learned_model_facts import LearnedModelFacts
from .observed_messages import MAX_OBSERVED, ObservedMessage, ObservedMessages
from .redis_keys import MEMORY_SEPARATOR
from .secret_records import SecretRecords
from .shown_answers import ShownAnswers
from .unposted_answer_files import AnswerFiles

__all__ = [
    "MAX_OBSERVED",
    "MEMORY_SEPARATOR",
    "AnswerFiles",
    "ChatPreferences",
    "Conversations",
    "Erasure",
    "HistoryMessage",
    "LearnedModelFacts",
    "ObservedMessage",
    "ObservedMessages",
    "PreferenceName",
    "SecretRecords",
    "ShownAnswers",
    "limit_lifetime",
    "list_retentions",
]
