"""What people think of models' answers: how often they raised and lowered a thumb."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from core.redis.reserved_writes import ReservedWrites
from core.redis.server_errors import is_no_number
from core.redis.wrong_type_keys import ForeignKeys

from .counters import parse_count

_KEY: Final = "feedback"
"""Hash of counts by `<+ or -><model>`."""
_LIFETIME: Final = 400 * 86_400
"""Seconds that the counts are kept after the last change, as those of use are."""
_SIGNS: Final = {1: "+", -1: "-"}


@dataclass(frozen=True, slots=True)
class ModelFeedback:
    """How often answers of a model were rated."""

    model: str
    good: int
    bad: int


class FeedbackCounters:
    """Counts ratings by model, in nobody's name. Every method raises one of `STORE_ERRORS` when the store is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._writes = ReservedWrites(redis)
        self._foreign = ForeignKeys(redis)

    async def record(self, model: str, *, before: int, after: int) -> None:
        """Count that somebody rates an answer with `after` who rated it `before`: 1, -1, or 0 for not at all."""
        changes = [(before, -1), (after, 1)] if before != after else []
        commands = [("HINCRBY", _KEY, _SIGNS[rating] + model, by) for rating, by in changes if rating in _SIGNS]
        if not commands:
            return
        expiry = ("EXPIRE", _KEY, _LIFETIME)

        async def write() -> None:
            await self._foreign.retry_without({_KEY: "hash"}, lambda: self._writes.run(_KEY, *commands, expiry))

        try:
            await write()
        except ResponseError as error:
            if not is_no_number(error):
                raise
            await self._redis.hdel(_KEY, *(field for _, _, field, _ in commands))  # it counts as nothing
            await write()

    async def list(self) -> list[ModelFeedback]:
        """Return the counts of all models that were rated, the most rated first."""
        stored = await self._foreign.retry_without(
            {_KEY: "hash"}, lambda: cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(_KEY))
        )
        counts = {name.decode(errors="replace"): parse_count(count) for name, count in stored.items()}
        models = {name[1:] for name in counts}
        listed = [
            ModelFeedback(model, max(counts.get(f"+{model}", 0), 0), max(counts.get(f"-{model}", 0), 0))
            for model in models
        ]
        rated = [one for one in listed if one.good or one.bad]
        return sorted(rated, key=lambda one: (-(one.good + one.bad), one.model))
