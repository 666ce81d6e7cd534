"""The service's use as a chart and as a table; pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from core.usage import MILLION, CountName, UsedAmount

_MAX_MODELS = 12
_FORMULA_SIGNS = ("=", "+", "-", "@")
"""What spreadsheets take for the beginning of a formula."""


def make_chart(
    days: Sequence[tuple[date, UsedAmount]], models: Sequence[tuple[str, UsedAmount]], count: CountName
) -> bytes:
    """Return what `core.media.charts.bar_chart.draw` needs; its words are the same in every language."""

    def measure(used: UsedAmount) -> float:
        return used.cost / MILLION if count == "cost" else used.amount.tokens

    first, last = days[0][0], days[-1][0]
    chart = {
        "columns_title": f"{count} / day, {first} - {last} (UTC)",
        "columns": [(f"{day:%m-%d}", measure(used)) for day, used in days],
        "rows_title": f"{count} / model, {last:%Y-%m}",
        "rows": [(name, measure(used)) for name, used in models[:_MAX_MODELS]],
    }
    return json.dumps(chart).encode()


def make_table(days: Sequence[tuple[date, UsedAmount]], models: Sequence[tuple[str, UsedAmount]]) -> bytes:
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
