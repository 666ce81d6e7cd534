"""The work engine: messages are taken in durably and answered in order, whatever dies."""

from .budget import Budget, Limit
from .connection import STORE_DOWN, StoreAddressError, connect
from .embedded import EmbeddedRedis
from .inbox import Acceptance, Inbox
from .keys import Keys, ShardMismatchError
from .lease import Lease
from .mail import Mail, tag_of
from .refusal import is_about_data
from .server_binary import DamagedDataError, EmbeddedRedisError, FolderInUseError
from .store_health import StoreHealth
from .turn import FencedError, Keep, Turn
from .worker import Periods, Worker

__all__ = [
    "STORE_DOWN",
    "Acceptance",
    "Budget",
    "DamagedDataError",
    "EmbeddedRedis",
    "EmbeddedRedisError",
    "FencedError",
    "FolderInUseError",
    "Inbox",
    "Keep",
    "Keys",
    "Lease",
    "Limit",
    "Mail",
    "Periods",
    "ShardMismatchError",
    "StoreAddressError",
    "StoreHealth",
    "Turn",
    "Worker",
    "connect",
    "is_about_data",
    "tag_of",
]
