"""The durable queue: events are stored before they are acknowledged, and answered in order whatever process dies."""

from .dead_letters import DeadLetter, DeadLetters
from .delivery_attempts import RedeliveryPolicy
from .envelope import Envelope, event_tag
from .inbox import EnqueueResult, Inbox
from .job import Job, OwnershipLostError, SaveCheckpoint, make_waiting_job
from .lane_kind import LaneKind
from .lease_periods import WorkerPeriods
from .origin import Origin
from .queue_gauges import QueueGauges
from .redis_keys import QueueKeys, ShardMismatchError
from .waiting_limits import QueueLimits
from .withdraw_waiting import FirstMessage, WaitingMessages
from .worker import Worker
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
    "RedeliveryPolicy",
    "SaveCheckpoint",
    "ShardMismatchError",
    "WaitingMessages",
    "Worker",
    "WorkerPeriods",
    "event_tag",
    "make_waiting_job",
    "yield_slot",
]
