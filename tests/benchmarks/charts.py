"""`python -m tests.benchmarks.charts FILE… FOLDER`: draw what `python -m tests.benchmarks --json FILE` has measured.

Each block of figures becomes one SVG file with a bar for each figure and a mark where its aim is.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from .table import Row

_WIDTH, _BAR_LEFT, _BAR_WIDTH, _STEP = 760, 320, 340, 26
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNIT = re.compile(r".*\(([^;)]+)")
_STYLE = (
    "text{font:13px sans-serif;fill:#24292f}.title{font-weight:bold}"
    ".bar{fill:#4c78a8}.aim{stroke:#e45756;stroke-width:2}"
)


def read_rows(file: Path) -> list[Row]:
    """Read what `--json` wrote."""
    return [Row(**fields) for fields in json.loads(file.read_text("utf-8"))]


def list_blocks(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Yield the title and the figures of each chart: of a block of several, else of all that have one unit."""
    title = ""
    blocks: dict[str, list[Row]] = {}
    for row in rows:
        if not row.typical:
            title = row.what
        elif _NUMBER.fullmatch(row.typical):
            own = row.what.startswith("  ")
            unit = _UNIT.match(row.what)
            heading = title if own else f"figures in {unit[1]}" if unit else ""
            blocks.setdefault(
                f"{heading} ({unit[1]})" if own and unit and unit[1] not in heading else heading, []
            ).append(row)
    yield from ((heading, block) for heading, block in blocks.items() if heading and len(block) > 1)


def draw(title: str, rows: Sequence[Row]) -> str:
    """Draw one chart as SVG."""
    values = [float(row.typical) for row in rows]
    aims = [float(found[0]) if (found := _NUMBER.search(row.aim)) else None for row in rows]
    longest = max([*values, *(aim for aim in aims if aim is not None)]) or 1.0
    parts = [f'<text class="title" x="8" y="20">{escape(title)}</text>']
    for number, (row, value, aim) in enumerate(zip(rows, values, aims, strict=True)):
        top = 34 + _STEP * number
        end = _BAR_LEFT + _BAR_WIDTH * value / longest
        parts += [
            f'<text x="8" y="{top + 14}">{escape(row.what.strip()[:48])}</text>',
            f'<rect class="bar" x="{_BAR_LEFT}" y="{top}" width="{max(1.0, end - _BAR_LEFT):.1f}" height="18"/>',
            f'<text x="{end + 6:.1f}" y="{top + 14}">{row.typical}</text>',
        ]
        if aim is not None:
            place = _BAR_LEFT + _BAR_WIDTH * aim / longest
            parts.append(f'<line class="aim" x1="{place:.1f}" x2="{place:.1f}" y1="{top - 3}" y2="{top + 21}"/>')
    height = 40 + _STEP * len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}">'
        f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def make_name(title: str) -> str:
    """Make a file's name of a title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] + ".svg"


def main(files: Sequence[str], folder: str) -> None:
    """Write the charts into a folder."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for title, rows in list_blocks([row for file in files for row in read_rows(Path(file))]):
        (target / make_name(title)).write_text(draw(title, rows), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:-1], sys.argv[-1])
