"""The durable queue: events are stored before they are acknowledged, and answered in order whatever process dies."""

from .envelope import Envelope, event_tag
from .inbox import EnqueueResult, Inbox
from .job import Job, OwnershipLostError, SaveCheckpoint
from .keys import QueueKeys, ShardMismatchError
from .worker import Worker, WorkerPeriods

__all__ = [
    "EnqueueResult",
    "Envelope",
    "Inbox",
    "Job",
    "OwnershipLostError",
    "QueueKeys",
    "SaveCheckpoint",
    "ShardMismatchError",
    "Worker",
    "WorkerPeriods",
    "event_tag",
]
