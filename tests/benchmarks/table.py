"""The table that is printed, row by row."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: its typical value, its 95th percentile, and what it should stay below."""

    what: str
    typical: str = ""
    worst: str = ""
    aim: str = ""

    def __str__(self) -> str:
        return f"{self.what:<50}{self.typical:>9}{self.worst:>9}{self.aim:>11}".rstrip()


HEAD = Row("", "median", "p95", "aim")


def spread(what: str, values: Sequence[float], aim: str = "", *, digits: int = 0) -> Row:
    """Median and 95th percentile of the samples; the latter only when there are several."""
    worst = f"{percentile(values, 95):.{digits}f}" if len(values) > 1 else ""
    return Row(what, f"{statistics.median(values):.{digits}f}", worst, aim)


def averaged(what: str, values: Sequence[float], aim: str = "", *, digits: int = 0) -> Row:
    """Mean and 95th percentile of many samples."""
    return Row(what, f"{statistics.fmean(values):.{digits}f}", f"{percentile(values, 95):.{digits}f}", aim)


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of the samples do not exceed, between two of them by proportion."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
