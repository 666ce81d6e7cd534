"""Parse the wait that a refusal names: in headers, in JSON, in sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

_MAX_LENGTH = 4_000
"""Characters of a body that are read: numbers of thousands of digits make the work a square."""
_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_UNITS = {
    "ms": 0.001,
    "milliseconds?": 0.001,
    "s|secs?|seconds?": 1,
    "m|mins?|minutes?": 60,
    "h|hrs?|hours?": 3600,
    "d|days?": 86400,
    "毫秒": 0.001,
    "秒钟?": 1,
    "分钟?": 60,
    "个?小时": 3600,
    "天": 86400,
}
_PART = re.compile(rf"({_NUMBER})\s*(?:{'|'.join(f'({unit})' for unit in _UNITS)})(?![a-z])", re.IGNORECASE)
_SPAN = rf"(?P<span>(?:{_NUMBER}\s*(?:{'|'.join(_UNITS)})(?![a-z])(?:\s|,|and)*){{1,6}})"
_SENTENCES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:try again|retry(?:ing)?|wait)(?![\w-])[^\d.;。]{{0,30}}{_SPAN}",
        rf"reset(?:s|ting)? (?:in|after)\s*{_SPAN}",
        rf"{_SPAN}\s*(?:之|以)?后",
        rf"等待?\s*{_SPAN}",
    )
)
_FIELD = re.compile(
    rf"\"retry[_-]?(?:after|delay)(?:[_-]?(?:seconds|secs?|s|(?P<ms>ms)))?\"\s*:\s*\"?(?P<number>{_NUMBER})(?P<unit>ms|s)?\"?",
    re.IGNORECASE,
)
_RESET = re.compile(r"\"x-ratelimit-reset\"\s*:\s*\"?(\d{13})\b", re.IGNORECASE)


def parse_retry_delay(headers: Mapping[str, str], body: str, *, now: datetime) -> float | None:
    """Return the seconds that a refusal names in its headers, else in its body; None when it names none."""
    told = parse_retry_after(headers.get("retry-after", ""), now=now)
    if told is None and (milliseconds := parse_retry_after(headers.get("retry-after-ms", ""), now=now)) is not None:
        told = milliseconds / 1000
    return _parse_body(body[:_MAX_LENGTH], now) if told is None else told


def parse_retry_after(value: str, *, now: datetime) -> float | None:
    """Parse a `Retry-After` header, seconds or a date (RFC 9110, 10.2.3); None when it is neither."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = _count_seconds_until(value, now)
    return max(0.0, seconds) if seconds is not None and math.isfinite(seconds) else None


def _parse_body(body: str, now: datetime) -> float | None:
    """Parse Google's `retryDelay`, the common `retry_after`, the headers that OpenRouter quotes, else a sentence."""
    if field := _FIELD.search(body):
        in_milliseconds = "ms" in {field["ms"], field["unit"]}
        return float(field["number"]) / (1000 if in_milliseconds else 1)
    if reset := _RESET.search(body):
        return max(0.0, int(reset[1]) / 1000 - now.timestamp())
    found = next((match for sentence in _SENTENCES if (match := sentence.search(body))), None)
    return _parse_duration(found["span"]) if found else None


def _parse_duration(span: str) -> float:
    """Parse a duration such as "1m2.5s" or "2 minutes and 5 seconds"."""
    factors = list(_UNITS.values())
    return sum(float(part[1]) * factors[(part.lastindex or 2) - 2] for part in _PART.finditer(span))


def _count_seconds_until(date: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)).timestamp() - now.timestamp()
