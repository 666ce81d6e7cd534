"""The durable queue: events are stored before they are acknowledged, and answered in order whatever process dies."""

from .dead_letters import DeadLetter, DeadLetters
from .envelope import Envelope, event_tag
from .inbox import EnqueueResult, Inbox, QueueLimits
from .job import Job, OwnershipLostError, SaveCheckpoint
from .keys import QueueKeys, ShardMismatchError
from .lane_kind import LaneKind
from .origin import Origin
from .queue_gauges import QueueGauges
from .waiting_messages import FirstMessage, WaitingMessages
from .worker import Worker, WorkerPeriods
from .worker_slots import yield_slot

__all__ = [
    "DeadLetter",
    "DeadLetters",
    "EnqueueResult",
    "Envelope",
    "FirstMessage",
    "Inbox",
    "Job",
    "LaneKind",
    "Origin",
    "OwnershipLostError",
    "QueueGauges",
    "QueueKeys",
    "QueueLimits",
    "SaveCheckpoint",
    "ShardMismatchError",
    "WaitingMessages",
    "Worker",
    "WorkerPeriods",
    "event_tag",
    "yield_slot",
]
