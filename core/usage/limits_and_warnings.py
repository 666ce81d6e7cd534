"""How much may be used, by whom, in which period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from core.settings import UsageSettings

from .calculate_cost import MILLION

Subject: TypeAlias = Literal["person", "chat", "account", "model", "all"]
"""Whose use is counted."""
LimitedSubject: TypeAlias = Literal["person", "chat", "all"]
"""Whose use may be limited."""
PeriodName: TypeAlias = Literal["minute", "day", "month"]
CountName: TypeAlias = Literal["tokens", "cost", "questions"]
LimitKey: TypeAlias = tuple[LimitedSubject, PeriodName]
"""What there is one limit for."""

WARNING_PERCENT = 80
"""Of a limit: who has used as much is told, once in its period."""
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that one subject may use in a period, in tokens or in millionths of the currency.

    Only a person's questions are counted by the minute, and only by the minute.
    """

    subject: LimitedSubject
    period: PeriodName
    most: int
    count: CountName


@dataclass(frozen=True, slots=True)
class ReachedLimit:
    """A limit, and when its period ends."""

    limit: Limit
    begins_anew: datetime


class LimitReachedError(Exception):
    """A call was refused, since it might pass a limit."""

    def __init__(self, reached: ReachedLimit) -> None:
        super().__init__(f"the limit for a {reached.limit.subject} and {reached.limit.period} is reached")
        self.reached = reached


class ModelNotAllowedError(Exception):
    """A call was refused, since its payer may not use the model."""

    def __init__(self, model: str) -> None:
        super().__init__("the payer may not use this model")
        self.model = model


class TooManyQuestionsError(Exception):
    """A person has asked as many questions as fit into a minute; the next one is free in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many questions in a minute")
        self.seconds = seconds


def list_limits(settings: UsageSettings) -> tuple[Limit, ...]:
    """List the limits that are set: in costs if any model has a price, else in tokens."""
    count: CountName = "cost" if settings.model_prices else "tokens"
    factor = MILLION if count == "cost" else 1
    found: tuple[tuple[LimitedSubject, PeriodName, float | None], ...] = (
        ("person", "day", settings.person_daily_limit),
        ("person", "month", settings.person_monthly_limit),
        ("chat", "day", settings.chat_daily_limit),
        ("chat", "month", settings.chat_monthly_limit),
        ("all", "day", settings.total_daily_limit),
        ("all", "month", settings.total_monthly_limit),
    )
    limits = [
        Limit(subject, period, max(1, round(most * factor)), count)
        for subject, period, most in found
        if most is not None
    ]
    if settings.questions_per_minute is not None:
        limits.append(Limit("person", "minute", settings.questions_per_minute, "questions"))
    return tuple(limits)


def find_end(period: PeriodName, now: datetime) -> datetime:
    """Return when the day or month of `now` (UTC) ends."""
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC)
    if period == "day":
        return midnight + timedelta(days=1)
    if now.month == _DECEMBER:
        return midnight.replace(year=now.year + 1, month=1, day=1)
    return midnight.replace(month=now.month + 1, day=1)
