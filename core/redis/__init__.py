"""The way to Redis: its client, rate limits and leases that all replicas share, and a server of one's own."""

from .client import STORE_DOWN, StoreAddressError, connect
from .embedded_server import EmbeddedRedis
from .lease import Lease
from .rate_limiter import Budget, Limit
from .server_binary import EmbeddedRedisError, FolderInUseError
from .store_health import StoreHealth

__all__ = [
    "STORE_DOWN",
    "Budget",
    "EmbeddedRedis",
    "EmbeddedRedisError",
    "FolderInUseError",
    "Lease",
    "Limit",
    "StoreAddressError",
    "StoreHealth",
    "connect",
]
