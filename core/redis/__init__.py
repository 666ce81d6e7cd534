"""Redis: the client, rate limits and leases that all replicas share, and a private server."""

from redis.asyncio import Redis

from .client import STORE_ERRORS, StoreAddressError, connect
from .embedded_server import EmbeddedRedis
from .leader_lease import LeaderLease
from .log_store_outages import StoreHealth
from .rate_limiter import RateLimit, RateLimiter, Refusal
from .reserved_writes import ReservedWrites
from .server_binary import DamagedDataError, EmbeddedRedisError, FolderInUseError
from .server_errors import is_about_data

__all__ = [
    "STORE_ERRORS",
    "DamagedDataError",
    "EmbeddedRedis",
    "EmbeddedRedisError",
    "FolderInUseError",
    "LeaderLease",
    "RateLimit",
    "RateLimiter",
    "Redis",
    "Refusal",
    "ReservedWrites",
    "StoreAddressError",
    "StoreHealth",
    "connect",
    "is_about_data",
]
