"""What was used, as a chart and as a table that spreadsheets read."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

from core.chat.commands.usage_chart_data import make_chart
from core.chat.commands.usage_csv import make_csv
from core.usage import Amount, UsedAmount

DAYS = [
    (date(2026, 11, 29), UsedAmount(Amount(), 0)),
    (date(2026, 11, 30), UsedAmount(Amount(2, 10, 20, 1), 1_500_000)),
]
MODELS = [("kimi-k2", UsedAmount(Amount(2, 10, 20, 1), 1_500_000)), ('=cmd("x")', UsedAmount(Amount(), 0))]


def test_the_table_has_a_line_for_each_day_and_model() -> None:
    lines = list(csv.DictReader(io.StringIO(make_csv(DAYS, MODELS).decode())))

    assert [(line["kind"], line["name"]) for line in lines] == [
        ("day", "2026-11-29"),
        ("day", "2026-11-30"),
        ("model", "kimi-k2"),
        ("model", '\'=cmd("x")'),
    ]
    assert (lines[1]["calls"], lines[1]["tokens"], lines[1]["cost"]) == ("2", "1030", "1.500000")


def test_the_chart_shows_what_limits_count() -> None:
    assert json.loads(make_chart(DAYS, MODELS, "cost"))["columns"] == [["11-29", 0], ["11-30", 1.5]]
    assert json.loads(make_chart(DAYS, MODELS, "tokens"))["rows"] == [["kimi-k2", 1030], ['=cmd("x")', 0]]
