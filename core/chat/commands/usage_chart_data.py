"""The service's use as a chart; pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from core.usage import MILLION, CountName, UsedAmount

_MAX_MODELS = 12


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
