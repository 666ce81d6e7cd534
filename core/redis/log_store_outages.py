# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the options and the answers of many commands untyped.
"""Check whether the store accepts writes, and warn about its settings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from redis.exceptions import ConnectionError as StoreConnectionError
from redis.exceptions import InvalidResponse, NoPermissionError
from redis.exceptions import TimeoutError as StoreTimeoutError

from core.error_words import keep_error_words

from .client import STORE_ERRORS, connect
from .server_errors import parse_refusal

_PROBE_KEY = "q:probe"
_PROBE_KEY_SECONDS = 60
_PROBE_TIMEOUT = 2.0
_RECOVERY_INTERVAL = 1.0
_RECOVERY_DELAY = 3.0  # seconds without a failure, after which an outage is over
_INFO_SECTIONS = ("memory", "persistence")

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class StoreHealth:
    """Checks whether the store at `url` can be written to, and logs each cause of an outage once.

    It has its own connection, which `aclose` closes.
    """

    def __init__(self, url: str) -> None:
        self.address = describe_address(url)
        """The address of the store, without user and password."""
        self._probe = connect(url, max_connections=1, retries=1, answer_seconds=_PROBE_TIMEOUT)
        self._reported: set[str] = set()
        self._last_failure = 0.0
        self._recovery: asyncio.Task[None] | None = None

    async def find_problem(self) -> str | None:
        """Return why nothing can be written at the moment, in the words of Redis or the network; None when writes work.

        It writes a key, since a read-only or full server answers all other commands. Errors are logged as in `report`.
        """
        try:
            await self._probe.set(_PROBE_KEY, "1", ex=_PROBE_KEY_SECONDS)
        except STORE_ERRORS as error:
            self.report(error)
            return (parse_refusal(error) or keep_error_words(str(error)) or type(error).__name__).rstrip(".")
        return None

    async def list_warnings(self) -> list[str]:
        """Describe, in a sentence each, settings of the server with which it may lose data; [] when there are none.

        Raises one of `STORE_ERRORS` when the server cannot be asked.
        """
        found: dict[str, object] = {}
        for section in _INFO_SECTIONS:
            found |= cast("Mapping[str, object]", await self._probe.info(section))
        return find_settings_warnings(found)

    async def log_warnings(self) -> None:
        """Log the warnings of `list_warnings`; a server that cannot be asked is an outage like any other."""
        try:
            for warning in await self.list_warnings():
                _log.warning(warning, address=self.address)
        except NoPermissionError:  # INFO is forbidden; all other commands may be allowed
            _log.info("the settings of the store cannot be checked", address=self.address)
        except STORE_ERRORS as error:
            self.report(error)

    def report(self, error: Exception) -> None:
        """Log why a call failed, once per outage; errors about one command are ignored."""
        refused = parse_refusal(error)
        if not refused and not isinstance(error, StoreConnectionError | StoreTimeoutError | InvalidResponse):
            return
        self._last_failure = asyncio.get_running_loop().time()
        reason = refused or keep_error_words(str(error))
        if reason in self._reported:
            return
        self._reported.add(reason)
        if refused:
            _log.error("the store refuses to work", address=self.address, reason=reason)
        else:
            _log.warning("the store is away", address=self.address, reason=reason)
        if self._recovery is None or self._recovery.done():
            self._recovery = asyncio.create_task(self._log_recovery())

    async def aclose(self) -> None:
        """Close the connection."""
        if self._recovery is not None:
            self._recovery.cancel()
            await asyncio.wait([self._recovery])
        await self._probe.aclose()

    async def _log_recovery(self) -> None:
        time = asyncio.get_running_loop().time
        while time() - self._last_failure < _RECOVERY_DELAY or await self.find_problem():  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(_RECOVERY_INTERVAL)
        self._reported.clear()
        _log.info("the store works again", address=self.address)


def find_settings_warnings(info: Mapping[str, object]) -> list[str]:
    """List the warnings for a server with this INFO (sections memory and persistence); missing fields give none."""
    warnings: list[str] = []
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        warnings.append(
            f"Redis has maxmemory-policy {policy}: when its memory is full it throws away messages that wait for an "
            "answer. Set it to noeviction."
        )
    if info.get("aof_enabled", 1) in {0, "0"}:
        warnings.append(
            "Redis has no append-only file: a restart may lose messages that were accepted. Set appendonly to yes."
        )
    return warnings


def describe_address(url: str) -> str:
    """Name the store's address for the operator: `host:port, database 0` or the path of a socket; no password."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return unquote(parts.path)
    (database, *_) = parse_qs(parts.query).get("db", [parts.path.strip("/") or "0"])
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or 6379}, database {database}"
