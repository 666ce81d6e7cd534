"""Limits that admins set over those of the settings: how they are named and written; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import cast, get_args

from .calculate_cost import MILLION
from .limits_and_warnings import CountName, Limit, LimitedSubject, LimitKey, PeriodName

CHATS, EVERYBODY = "chats", "all"
"""Whom a limit may be for besides the people of a role, one person and one chat: each chat, all together."""
_UNLIMITED = "none"
_PREFIX = "limit:"
_MAX_AMOUNT = 1e12
_AMOUNT = re.compile(r"(?P<number>\d[\d,_]*(?:\.\d+)?)\s*(?P<factor>[kK千]|[mM]|万|亿)?\s*(?P<count>tokens?|cost)?")
_RULE = re.compile(rf"{_UNLIMITED}|\d+(?:\.\d+)?(?:e[+-]?\d+)? (?:tokens|cost|questions)")
"""What this version can read; what a later one has written is left out, so that the settings' limit holds."""
_FACTORS = {"k": 1e3, "千": 1e3, "m": 1e6, "万": 1e4, "亿": 1e8}


def name_limit_rule(who: str, period: PeriodName) -> str:
    """Name the rule with the limit of a period for a role, a person, a chat, `CHATS` or `EVERYBODY`."""
    return f"{_PREFIX}{period}:{who}"


def list_limit_rules(rules: Mapping[str, str]) -> Iterator[tuple[str, PeriodName, Limit | None]]:
    """Yield for whom there are limits, of which period, and the limit; None where their use is unlimited."""
    for name, text in sorted(rules.items()):
        prefix, _, who = name.removeprefix(_PREFIX).partition(":")
        if name.startswith(_PREFIX) and prefix in get_args(PeriodName) and _RULE.fullmatch(text):
            period = cast("PeriodName", prefix)
            yield who, period, _parse_rule(text, find_subject(who), period)


def find_subject(who: str) -> LimitedSubject:
    """Return whose use a limit for `who` counts."""
    if who == EVERYBODY:
        return "all"
    return "chat" if who == CHATS or who.count(":") > 1 else "person"


def format_rule(most: float | None, count: CountName) -> str:
    """Write a limit as a rule; None: no limit."""
    return _UNLIMITED if most is None else f"{most:.15g} {count}"


def parse_amount(text: str, *, default: CountName) -> tuple[float, CountName] | None:
    """Read what people write as an amount (`20000`, `20k tokens`, `5.5 cost`); None for anything else."""
    found = _AMOUNT.fullmatch(text.strip().lower())
    if found is None:
        return None
    number = float(re.sub("[,_]", "", found["number"])) * _FACTORS.get(found["factor"] or "", 1)
    count: CountName = default if not found["count"] else "cost" if found["count"] == "cost" else "tokens"
    return (number, count) if 0 < number <= _MAX_AMOUNT and (count == "cost" or number >= 1) else None


def select_limits(
    rules: Mapping[str, str], *, audience: str, person: str, chat: str
) -> Mapping[LimitKey, Limit | None]:
    """Return the limits that rules set for a person of a role in a chat; the narrowest rule counts."""
    found: dict[LimitKey, Limit | None] = {}
    if not rules:
        return found
    for who in (EVERYBODY, CHATS, chat, audience, person):
        for period in get_args(PeriodName):
            text = rules.get(name_limit_rule(who, period), "")
            if _RULE.fullmatch(text):
                subject = find_subject(who)
                found[subject, period] = _parse_rule(text, subject, period)
    return found


def _parse_rule(text: str, subject: LimitedSubject, period: PeriodName) -> Limit | None:
    """Read a rule that `_RULE` fits; None: no limit."""
    if text == _UNLIMITED:
        return None
    number, _, count = text.partition(" ")
    factor = MILLION if count == "cost" else 1
    return Limit(subject, period, max(1, math.floor(float(number) * factor)), cast("CountName", count))
