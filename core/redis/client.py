# pyright: reportUnknownMemberType=false
# redis-py leaves the arguments of its pools and scripts untyped; this is the one place that builds them.
"""The Redis client: its connections survive a server that is slow, restarting or replaced."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha1
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import EqualJitterBackoff
from redis.connection import HiredisRespSerializer
from redis.exceptions import AuthenticationError, NoScriptError, RedisClusterException, RedisError, ResponseError
from redis.exceptions import ConnectionError as StoreConnectionError
from redis.exceptions import TimeoutError as StoreTimeoutError

from .server_errors import parse_refusal, parse_refusal_code

_MAX_IDLE_SECONDS = 5.0
"""Less than the time after which proxies and load balancers drop idle connections silently, rarely under 30 s."""
_LOCAL_SCHEME = "unix:"
"""Of addresses without a network, on which nothing drops connections silently."""

STORE_ERRORS: tuple[type[Exception], ...] = (RedisError, RedisClusterException)
"""The errors of an operation that the store did not carry out: it is unreachable, restarting, full or read-only.

Our scripts are refused for no other reason, so every error of the client counts.
"""

_PASSING_REFUSALS = frozenset({"BUSY", "CLUSTERDOWN", "MASTERDOWN", "NOREPLICAS", "TRYAGAIN"})
"""Refusals of a failover or a resharding that goes on. `LOADING` and `READONLY` arrive as lost connections."""
_RETRIED_ERRORS = (StoreConnectionError, StoreTimeoutError, ResponseError)
"""Of these, `_is_retryable` decides."""

ScriptArgument: TypeAlias = str | bytes | int | float
"""The types of a script's arguments."""

Report: TypeAlias = Callable[[Exception], None]
"""Gets each error of the store with which a call ended."""


class StoreAddressError(Exception):
    """The client cannot be made from this address; the text says why, without the address."""


_SERIALIZER = HiredisRespSerializer()


class _DirectConnection(AbstractConnection):
    """Sends a command at once; the SDK does so in a task of its own, two turns of the event loop later.

    Before Python 3.12 its `asyncio.wait_for` also loses a cancellation that comes while the send completes
    (https://github.com/python/cpython/issues/86296); a cancelled handler would go on.
    """

    def pack_command(self, *args: Any) -> list[bytes]:  # noqa: ANN401 - as redis-py declares it
        """Pack a command in C; the SDK does so where nothing is asynchronous."""
        return cast("list[bytes]", _SERIALIZER.pack(*args))

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:  # noqa: FBT001, FBT002 - as redis-py declares it
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        if check_health:
            await self.check_health()
        if isinstance(command, str):
            command = command.encode()
        try:
            writer = cast("asyncio.StreamWriter", self._writer)  # as the connection stands
            writer.writelines([command] if isinstance(command, bytes) else command)
            if writer.transport.get_write_buffer_size():  # else the socket has taken all of it
                async with asyncio.timeout(self.socket_timeout):
                    await writer.drain()
        except TimeoutError:
            await self.disconnect(nowait=True)
            raise StoreTimeoutError("Timeout writing to socket") from None
        except OSError as error:
            await self.disconnect(nowait=True)
            raise StoreConnectionError(f"Error while writing to socket: {error.args}") from error
        except BaseException:
            await self.disconnect(nowait=True)  # a part of the command may have been sent
            raise


class _TcpConnection(_DirectConnection, Connection):
    pass


class _TlsConnection(_DirectConnection, SSLConnection):
    pass


class _SocketConnection(_DirectConnection, UnixDomainSocketConnection):
    pass


_CONNECTION_CLASSES: dict[type[AbstractConnection], type[AbstractConnection]] = {
    Connection: _TcpConnection,
    SSLConnection: _TlsConnection,
    UnixDomainSocketConnection: _SocketConnection,
}


class _Pool(BlockingConnectionPool):
    """Reconnects connections that were idle, since a proxy between may have dropped them.

    A write into a dropped connection gets no answer, so the call would wait for its whole timeout. TCP's keepalive does
    not help where a proxy terminates TCP, and neither does a PING, which would wait as long.
    """

    def __init__(self, *, max_idle: float, **options: Any) -> None:  # noqa: ANN401 - as redis-py declares it
        options["connection_class"] = _CONNECTION_CLASSES[options.get("connection_class", Connection)]
        super().__init__(**options)
        self._max_idle = max_idle
        self._released: dict[AbstractConnection, float] = {}
        self._waiting = 0

    async def get_connection(self, command_name: object = None, *keys: object, **options: object) -> AbstractConnection:  # noqa: ARG002 - as redis-py declares it
        """Take a free connection; where there is none, wait for one behind the others, as the SDK does each time."""
        if not self._waiting and self.can_get_connection():
            connection = self.get_available_connection()
            try:
                await self.ensure_connection(connection)
            except BaseException:
                await self.release(connection)
                raise
            return connection
        self._waiting += 1
        try:
            return await super().get_connection()
        finally:
            self._waiting -= 1

    async def ensure_connection(self, connection: AbstractConnection) -> None:
        if monotonic() - self._released.pop(connection, monotonic()) > self._max_idle:
            await connection.disconnect(nowait=True)
        if not connection.is_connected or await connection.can_read():  # an answer that nobody waits for, or the end
            await super().ensure_connection(connection)

    async def release(self, connection: AbstractConnection) -> None:
        self._released[connection] = monotonic()
        if self._waiting or connection.should_reconnect():
            await super().release(connection)
        else:
            self._in_use_connections.remove(connection)
            self._available_connections.append(connection)

    async def leave_server(self) -> None:
        """Reconnect to the server that the address leads to now; connections in use do so when they are released."""
        await self.update_active_connections_for_reconnect()
        await self.disconnect(inuse_connections=False)


class _Client(Redis):
    """A client that follows a failover and reports errors."""

    def __init__(self, pool: _Pool, report: Report | None, *, repeats: bool) -> None:
        """A call that fails is sent again if it `repeats`."""
        super().__init__(connection_pool=pool)
        self.auto_close_connection_pool = True
        self._pool = pool
        self._repeats = repeats
        self._report = report

    async def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as redis-py declares it
        try:
            connection = await self._pool.get_connection()
            try:
                return await self._call_once(connection, *args, **options)
            except _RETRIED_ERRORS as error:
                if not self._repeats or not _is_retryable(error):
                    raise
            return cast("object", await super().execute_command(*args, **options))
        except STORE_ERRORS as error:
            if self._report is not None:
                self._report(error)
            raise

    async def _call_once(self, connection: AbstractConnection, *args: Any, **options: Any) -> object:  # noqa: ANN401 - as redis-py declares it
        """Call without what the SDK does around that, which takes longer than the rest."""
        try:
            await connection.send_command(*args)
            return cast("object", await self.parse_response(connection, args[0], **options))
        finally:
            await self._pool.release(connection)

    async def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:  # noqa: ANN401 - as redis-py declares it
        """Treat a server that became a replica as a lost connection, so that the call is repeated over a new one."""
        try:
            return cast("object", await super().parse_response(connection, command_name, **options))
        except ResponseError as error:
            if parse_refusal_code(error) != "READONLY":
                raise
            await self._pool.leave_server()
            raise StoreConnectionError(parse_refusal(error)) from error


class _Retry(Retry):
    """Retries lost connections and refusals that end soon; not a refused password, nor a full server."""

    async def call_with_retry(self, do: Any, fail: Any, *_: Any, **options: Any) -> Any:  # noqa: ANN401 - as redis-py declares it
        options["is_retryable"] = _is_retryable
        return cast("object", await super().call_with_retry(do, fail, **options))


def _is_retryable(error: Exception) -> bool:
    if isinstance(error, ResponseError):
        return parse_refusal_code(error) in _PASSING_REFUSALS
    return not isinstance(error, AuthenticationError)


def connect(
    url: str,
    *,
    max_connections: int = 64,
    retries: int = 10,
    answer_seconds: float = 10.0,
    max_idle: float | None = None,
    report: Report | None = None,
) -> Redis:
    """Make a client for `url` (`redis://`, `rediss://`, `unix://`); connects when first used.

    A call waits for a free connection instead of failing, and is sent again when the connection breaks, no answer
    comes for `answer_seconds`, the server is not there, or it refuses for as long as a start or a failover takes: ten
    retries take some five seconds, so both are survived in place. Whatever is called must therefore be
    idempotent. `retries=0` suits a probe. Other errors are raised and given to `report`. A connection that was idle for
    longer than `max_idle` seconds (5 over a network) is made anew. Answers are `bytes`. The caller closes it with
    `aclose()`. Raises `StoreAddressError`.
    """
    if max_idle is None:
        max_idle = math.inf if url.startswith(_LOCAL_SCHEME) else _MAX_IDLE_SECONDS
    try:
        pool = _Pool.from_url(
            url,
            max_connections=max_connections,
            max_idle=max_idle,
            timeout=None,  # wait for a connection: the default pool raises when 100 are in use
            socket_connect_timeout=5,
            socket_timeout=answer_seconds,
            retry=_Retry(EqualJitterBackoff(cap=1, base=0.05), retries, _RETRIED_ERRORS),
            protocol=2,
            driver_info=None,  # else each new connection waits until the server has taken its name and version
            legacy_responses=True,
        )
        pool.make_connection()  # raises for wrong options here, not at the first call
    except (TypeError, ValueError) as error:
        raise StoreAddressError("REDIS_URL has an option that the client does not know or cannot read") from error
    return _Client(pool, report, repeats=retries > 0)


class Script:
    """Lua scripts `<folder>/<name>.lua`, joined into one that is sent by its digest."""

    def __init__(
        self, redis: Redis, folder: Path, *names: str, constants: Mapping[str, float] = MappingProxyType({})
    ) -> None:
        """The scripts know each number of `constants` by its name."""
        numbers = [f"local {name} = {number!r}" for name, number in constants.items()]
        sources = [(folder / f"{name}.lua").read_text("utf-8") for name in names]
        self._redis = redis
        self._source = "\n".join([*numbers, *sources])
        self._digest = sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], arguments: Sequence[ScriptArgument]) -> object:
        """Run it; raises one of `STORE_ERRORS`. The keys must share a hash tag."""
        command = ("EVALSHA", self._digest, len(keys), *keys, *arguments)
        try:
            return cast("object", await self._redis.execute_command(*command))
        except NoScriptError:  # the server is a new one
            await self._redis.script_load(self._source)
            return cast("object", await self._redis.execute_command(*command))
