"""Bar charts: a picture for any numbers and labels, drawn in a process like every other picture."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from core.media.charts.bar_chart import draw
from core.media.decoding.jobs_and_limits import draw_bar_chart, inspect_image
from core.media.decoding.pool import DecoderPool
from core.media.decoding_results import BadImageError


def chart(columns: list[tuple[str, float]], rows: list[tuple[str, float]]) -> bytes:
    return json.dumps({"columns_title": "a", "columns": columns, "rows_title": "b", "rows": rows}).encode()


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ([], []),
        ([("11-01", 0.0)], []),
        ([(f"11-{day}", day * 1e9) for day in range(30)], [("模型 \x00" * 30, 0.0), ("kimi-k2", 0.001)]),
    ],
)
def test_any_numbers_make_a_picture(columns: list[tuple[str, float]], rows: list[tuple[str, float]]) -> None:
    drawn = Image.open(io.BytesIO(draw(chart(columns, rows)).data))

    assert drawn.format == "PNG"
    assert drawn.width == 1_000


def test_a_larger_number_has_a_longer_bar() -> None:
    drawn = Image.open(io.BytesIO(draw(chart([("1", 10.0), ("2", 5.0)], [])).data)).convert("RGB")
    blue = [sum(drawn.getpixel((x, y)) == (59, 111, 212) for y in range(drawn.height)) for x in (270, 730)]

    assert blue[0] == pytest.approx(2 * blue[1], rel=0.05)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"columns": 3}'])
def test_anything_else_is_no_chart(data: bytes) -> None:
    with pytest.raises(BadImageError):
        draw(data)


async def test_a_chart_is_drawn_in_a_process() -> None:
    pool = DecoderPool()
    try:
        drawn = await pool.run(draw_bar_chart(), chart([("1", 1.0)], [("kimi-k2", 2.0)]), person="tg:1:7")
        assert (await pool.run(inspect_image(), drawn.data, person="tg:1:7")).width == 1_000
    finally:
        await pool.aclose()
