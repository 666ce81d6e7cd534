"""The counts in Redis, shared by all processes."""
# pyright: reportUnknownMemberType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from redis.asyncio import Redis

from core.redis.client import Script
from core.redis.wrong_type_keys import ForeignKeys, KeyType

from .calculate_cost import PriceList
from .call_amounts import Amount, UsedAmount
from .limits_and_warnings import (
    WARNING_PERCENT,
    CountName,
    Limit,
    LimitReachedError,
    PeriodName,
    ReachedLimit,
    Subject,
    TooManyQuestionsError,
    find_end,
)
from .payer import Payer

_SCRIPTS = Path(__file__).with_name("scripts")
_LIFETIME = 400 * 86_400
"""Seconds that a month's counts are kept after the last change: thirteen months."""
_KEPT_MONTHS = 15
"""More months than `_LIFETIME` can reach into."""
_EVENT_LIFETIME = 86_400
"""Seconds after which an unsettled reservation is given up; its reserve stays counted."""
_SUBJECTS: tuple[Subject, ...] = ("person", "chat", "account", "model", "all")


@dataclass(frozen=True, slots=True)
class Reservation:
    """A call that is counted in advance."""

    payer: Payer
    model: str
    key: str
    time: datetime
    """It belongs to the day of its beginning, whenever it ends."""


class UsageCounters:
    """Counts what models are used for, by person, chat, account and model, and holds the limits.

    Every method raises one of `STORE_ERRORS` when the store is away. A call that is sent twice counts once.
    """

    def __init__(
        self,
        redis: Redis,
        prices: PriceList,
        limits: tuple[Limit, ...] = (),
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`limits` hold for everybody for whom no admin has set others."""
        self._redis = redis
        self._reserve = Script(redis, _SCRIPTS, "counts", "reserve")
        self._settle = Script(redis, _SCRIPTS, "counts", "settle")
        self._foreign = ForeignKeys(redis)
        self._prices = prices
        self.limits = limits
        """Those of the settings."""
        self._clock = clock

    async def reserve(self, payer: Payer, model: str, estimate: Amount) -> Reservation:
        """Count a call before it is made.

        Raises `LimitReachedError` or `TooManyQuestionsError` when it must not be made.
        """
        reservation = Reservation(payer, model, _key("reserved", uuid4().hex), self._clock())
        own: dict[str, KeyType] = {reservation.key: "string", _key("event", f"{payer.chat}:{payer.event}"): "string"}
        keys: dict[str, KeyType] = {**own, _key("minute", payer.person): "string", **self._subject_keys(reservation)}
        arguments = self._describe(reservation, estimate)
        per_minute = self.find_limit(payer, "person", "minute")
        arguments |= {"per_minute": per_minute.most if per_minute else 0, "event_lifetime": _EVENT_LIFETIME}
        answer = await self._run(self._reserve, keys, arguments)
        match answer:
            case [b"limit", int(place)]:
                raise LimitReachedError(self._reached(place, reservation))
            case [b"minute", int(milliseconds)]:
                raise TooManyQuestionsError(math.ceil(milliseconds / 1000))
            case _:
                return reservation

    async def settle(self, reservation: Reservation, amount: Amount) -> None:
        """Count what a call has used in the place of its reserve.

        Limits of which `WARNING_PERCENT` are used now are added to the payer's warnings.
        """
        keys: dict[str, KeyType] = {reservation.key: "string", **self._subject_keys(reservation)}
        arguments = self._describe(reservation, amount) | {"warning_percent": WARNING_PERCENT}
        answer = await self._run(self._settle, keys, arguments)
        reservation.payer.used.append(UsedAmount(amount, self._prices.cost(reservation.model, amount)))
        for place in cast("list[int]", answer):
            reservation.payer.warnings.append(self._reached(place, reservation))

    async def forget_past(self, subject: Subject, name: str) -> None:
        """Delete what a subject has used in past months and days; today and the running month stay, for their limits.

        The sums of all, of accounts and of models stay, too: they name nobody.
        """
        first, past = self._clock().replace(day=1), list[str]()
        for _ in range(_KEPT_MONTHS):
            first = (first - timedelta(days=1)).replace(day=1)
            past.append(month_key(subject, name, first))
        await self._redis.unlink(*past)
        now = self._clock()
        key, today = month_key(subject, name, now), f"{_day(now)}:".encode()
        stored = await self._foreign.retry_without({key: "hash"}, lambda: cast("Any", self._redis.hkeys(key)))
        if days := [field for field in stored if b":" in field and not field.startswith(today)]:
            await self._redis.hdel(key, *days)

    @property
    def count_name(self) -> CountName:
        """What limits count unless they say otherwise: costs if any model has a price."""
        return "tokens" if self._prices.is_empty else "cost"

    def find_limit(self, payer: Payer, subject: Subject, period: PeriodName) -> Limit | None:
        """Return the limit of a payer's use, their chat's or everybody's; None where that is unlimited."""
        limits = self._list_limits(payer, (period,))
        return next((limit for limit in limits if limit.subject == subject), None)

    async def read(self, subject: Subject, name: str, period: PeriodName) -> UsedAmount:
        """Read what was used in the present day or month."""
        now = self._clock()
        names = [field.name for field in fields(Amount)]
        key = month_key(subject, name, now)
        stored = await self._foreign.retry_without(
            {key: "hash"},
            lambda: cast("Any", self._redis.hmget(key, [_field(period, now, each) for each in (*names, "cost")])),
        )
        counts = [parse_count(value) for value in stored]
        return UsedAmount(Amount(**dict(zip(names, counts[:-1], strict=True))), counts[-1])

    async def _run(self, script: Script, keys: Mapping[str, KeyType], arguments: Mapping[str, object]) -> list[object]:
        answer = await self._foreign.retry_without(keys, lambda: script([*keys], [json.dumps(arguments)]))
        return cast("list[object]", answer)

    def _subject_keys(self, reservation: Reservation) -> dict[str, KeyType]:
        payer = reservation.payer
        names = (payer.person, payer.chat, payer.account, reservation.model, "")
        return {
            month_key(subject, name, reservation.time): "hash" for subject, name in zip(_SUBJECTS, names, strict=True)
        }

    def _describe(self, reservation: Reservation, amount: Amount) -> dict[str, object]:
        """What both scripts are told of a call."""
        limits = [
            {
                "subject": _SUBJECTS.index(limit.subject) + 1,
                "field": _field(limit.period, reservation.time, limit.count),
                "count": limit.count,
                "most": limit.most,
            }
            for limit in self._list_limits(reservation.payer)
        ]
        amounts = amount.as_counts() | {"cost": self._prices.cost(reservation.model, amount)}
        return {"day": _day(reservation.time), "amounts": amounts, "limits": limits, "lifetime": _LIFETIME}

    def _list_limits(self, payer: Payer, periods: Collection[PeriodName] = ("day", "month")) -> list[Limit]:
        """List the limits that hold for a payer, always in the same order."""
        found = {(limit.subject, limit.period): limit for limit in self.limits} | dict(payer.limits)
        return [limit for limit in found.values() if limit is not None and limit.period in periods]

    def _reached(self, place: int, reservation: Reservation) -> ReachedLimit:
        limit = self._list_limits(reservation.payer)[place - 1]
        return ReachedLimit(limit, find_end(limit.period, reservation.time))


def _key(kind: str, name: str) -> str:
    """Return a key; all share a slot of Redis Cluster, since one script counts for all subjects."""
    return f"{{usage}}:{kind}:{name}"


def month_key(subject: Subject, name: str, time: datetime) -> str:
    """Hash of the counts of a month and its days."""
    return _key(f"{time:%Y-%m}:{subject}", name)


def _day(time: datetime) -> str:
    return f"{time:%d}"


def _field(period: PeriodName, time: datetime, count: str) -> str:
    return count if period == "month" else f"{_day(time)}:{count}"


def parse_count(value: bytes | None) -> int:
    """What is no number is not ours and counts as nothing."""
    with suppress(ValueError):
        return int(value or 0)
    return 0
