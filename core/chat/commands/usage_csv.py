"""The service's use as a table that programs and spreadsheets read (CSV); pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from core.usage import MILLION, UsedAmount

_FORMULA_SIGNS = ("=", "+", "-", "@")
"""What spreadsheets take for the beginning of a formula."""


def make_csv(days: Sequence[tuple[date, UsedAmount]], models: Sequence[tuple[str, UsedAmount]]) -> bytes:
    """Return a CSV file with a line for each day and for each model of the month."""
    file = io.StringIO()
    writer = csv.writer(file)
    names = list(asdict(days[0][1].amount))
    writer.writerow(["kind", "name", *names, "tokens", "cost"])
    for kind, lines in (("day", [(str(day), used) for day, used in days]), ("model", models)):
        for name, used in lines:
            counts = used.amount.as_counts()
            cost = f"{used.cost / MILLION:.6f}"
            writer.writerow([kind, _quote(name), *(counts[each] for each in names), counts["tokens"], cost])
    return file.getvalue().encode()


def _quote(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA_SIGNS) else name
