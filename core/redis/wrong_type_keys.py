"""Setting aside keys that another program has written under our names in the same database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from .client import Script
from .server_errors import is_wrong_type

KeyType: TypeAlias = Literal["string", "list", "hash", "set", "zset", "stream"]
"""The type of a key, as Redis's TYPE names it."""

_SCRIPTS = Path(__file__).with_name("scripts")
_LIFETIME = timedelta(days=30)
"""How long a key that was set aside is kept."""

_T = TypeVar("_T")

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class ForeignKeys:
    """Sets aside keys of a type that we never write under their names.

    The data that such a key has replaced is lost. Commands on the key work again; otherwise they would fail for ever.
    """

    def __init__(self, redis: Redis) -> None:
        self._script = Script(redis, _SCRIPTS, "set_aside", constants={"SECONDS_ASIDE": int(_LIFETIME.total_seconds())})

    async def retry_without(self, types: Mapping[str, KeyType], step: Callable[[], Awaitable[_T]]) -> _T:
        """Run a step; when it fails because a key has another type than in `types`, set the key aside and run it again.

        The keys must share a hash tag. Raises one of `STORE_ERRORS`.
        """
        try:
            return await step()
        except ResponseError as error:
            if not is_wrong_type(error) or not await self.set_aside(types):
                raise
        return await step()

    async def set_aside(self, types: Mapping[str, KeyType]) -> list[str]:
        """Rename the keys that have another type than in `types`, log each as an error and return their names."""
        renamed = [name.decode() for name in cast("list[bytes]", await self._script([*types], [*types.values()]))]
        for key in renamed:
            _log.error("a key of the store was not ours and has been set aside", key=key, aside=f"wrong-type:{key}")
        return renamed
