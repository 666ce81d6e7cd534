"""The durable queue: an event is stored before its platform is told, and answered in order, whatever dies."""

from .envelope import Mail, tag_of
from .inbox import Acceptance, Inbox
from .job import FencedError, Keep, Turn
from .keys import Keys, ShardMismatchError
from .worker import Periods, Worker

__all__ = [
    "Acceptance",
    "FencedError",
    "Inbox",
    "Keep",
    "Keys",
    "Mail",
    "Periods",
    "ShardMismatchError",
    "Turn",
    "Worker",
    "tag_of",
]
