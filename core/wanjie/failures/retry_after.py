"""How long somebody who refuses a request wants to be left alone: in headers, in JSON, in sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

_NUMBER = r"\d+(?:\.\d+)?"
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
_SPAN = rf"(?P<span>(?:{_NUMBER}\s*(?:{'|'.join(_UNITS)})(?![a-z])(?:\s|,|and)*)+)"
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


def told_wait(headers: Mapping[str, str], body: str, *, now: datetime) -> float | None:
    """The seconds that a refusal names, None when it names none: in its headers, else in its body."""
    told = retry_after(headers.get("retry-after", ""), now=now)
    if told is None and (milliseconds := retry_after(headers.get("retry-after-ms", ""), now=now)) is not None:
        told = milliseconds / 1000
    return _told_in_fields(body, now) if told is None else told


def retry_after(value: str, *, now: datetime) -> float | None:
    """Read a `Retry-After` header, seconds or a date (RFC 9110, 10.2.3); None when it is neither."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now)
    return max(0.0, seconds) if seconds is not None and math.isfinite(seconds) else None


def _told_in_fields(body: str, now: datetime) -> float | None:
    """Google's `retryDelay`, `retry_after` of many, the headers that OpenRouter quotes; else the sentences."""
    if field := _FIELD.search(body):
        in_milliseconds = "ms" in {field["ms"], field["unit"]}
        return float(field["number"]) / (1000 if in_milliseconds else 1)
    if reset := _RESET.search(body):
        return max(0.0, int(reset[1]) / 1000 - now.timestamp())
    found = next((match for sentence in _SENTENCES if (match := sentence.search(body))), None)
    return _seconds(found["span"]) if found else None


def _seconds(span: str) -> float:
    """The length of "1m2.5s" or "2 minutes and 5 seconds"."""
    factors = list(_UNITS.values())
    return sum(float(part[1]) * factors[(part.lastindex or 2) - 2] for part in _PART.finditer(span))


def _seconds_until(date: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)).timestamp() - now.timestamp()
