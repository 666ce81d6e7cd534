# pyright: reportUnknownMemberType=false
# Pillow's annotations name NumPy, which is not installed.
"""Draw bar charts: columns for days above rows for names."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any, cast

from PIL import ImageFont
from PIL.Image import new
from PIL.ImageDraw import Draw, ImageDraw

from core.media.decoding_results import BadImageError, EncodedImage

_WIDTH, _MARGIN = 1_000, 40
_COLUMNS_HEIGHT, _ROW_HEIGHT, _HEADING_HEIGHT = 260, 30, 50
_LABEL_WIDTH, _NUMBER_WIDTH = 330, 110
_FONT_SIZE, _HEADING_SIZE = 16, 20
_MAX_LABEL_LENGTH = 36
_INK, _PALE_INK, _BAR, _PAPER = "#1f2430", "#7a8190", "#3b6fd4", "#ffffff"
_COLUMN_LABEL_INTERVAL = 5


def draw(data: bytes) -> EncodedImage:
    """Draw what the JSON `data` holds as a PNG file; raise `BadImageError` for anything else.

    `columns_title`, `columns`, `rows_title` and `rows`; columns and rows are pairs of a label and a number. Labels are
    drawn in ASCII, since the font that comes with the library has no other writing systems.
    """
    try:
        chart = cast("dict[str, Any]", json.loads(data))
        columns = [(_to_ascii(label), float(value)) for label, value in chart["columns"]]
        rows = [(_to_ascii(label), float(value)) for label, value in chart["rows"]]
        titles = _to_ascii(chart["columns_title"]), _to_ascii(chart["rows_title"])
    except (ValueError, TypeError, KeyError) as error:
        raise BadImageError("no chart") from error
    rows_height = _HEADING_HEIGHT + len(rows) * _ROW_HEIGHT if rows else 0
    height = 2 * _MARGIN + _HEADING_HEIGHT + _COLUMNS_HEIGHT + 2 * _ROW_HEIGHT + rows_height
    picture = new("RGB", (_WIDTH, height), _PAPER)
    canvas = Draw(picture)
    _draw_columns(canvas, titles[0], columns)
    if rows:
        _draw_rows(canvas, titles[1], rows, top=height - _MARGIN - rows_height)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return EncodedImage(file.getvalue(), "image/png")


def _draw_columns(canvas: ImageDraw, title: str, columns: Sequence[tuple[str, float]]) -> None:
    top, bottom = _MARGIN + _HEADING_HEIGHT, _MARGIN + _HEADING_HEIGHT + _COLUMNS_HEIGHT
    most = max((value for _, value in columns), default=0) or 1
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(columns))
    canvas.text((_MARGIN, _MARGIN), title, _INK, ImageFont.load_default(_HEADING_SIZE))
    font = ImageFont.load_default(_FONT_SIZE)
    canvas.text((_WIDTH - _MARGIN, _MARGIN), _format(most), _PALE_INK, font, anchor="ra")
    canvas.line((_MARGIN, bottom, _WIDTH - _MARGIN, bottom), _PALE_INK)
    for index, (label, value) in enumerate(columns):
        left = _MARGIN + index * step
        if value:
            canvas.rectangle((left + 2, bottom - max(2, value / most * (bottom - top)), left + step - 2, bottom), _BAR)
        if (len(columns) - 1 - index) % _COLUMN_LABEL_INTERVAL == 0:
            canvas.text((left + step / 2, bottom + 8), label, _PALE_INK, font, anchor="ma")


def _draw_rows(canvas: ImageDraw, title: str, rows: Sequence[tuple[str, float]], *, top: int) -> None:
    canvas.text((_MARGIN, top), title, _INK, ImageFont.load_default(_HEADING_SIZE))
    font = ImageFont.load_default(_FONT_SIZE)
    most = max(value for _, value in rows) or 1
    start, room = _MARGIN + _LABEL_WIDTH, _WIDTH - 2 * _MARGIN - _LABEL_WIDTH - _NUMBER_WIDTH
    for index, (label, value) in enumerate(rows):
        middle = top + _HEADING_HEIGHT + index * _ROW_HEIGHT + _ROW_HEIGHT / 2
        canvas.text((start - 12, middle), label[:_MAX_LABEL_LENGTH], _INK, font, anchor="rm")
        canvas.rectangle((start, middle - 9, start + max(2, value / most * room), middle + 9), _BAR)
        canvas.text((_WIDTH - _MARGIN, middle), _format(value), _PALE_INK, font, anchor="rm")


def _format(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"  # noqa: PLR2004 - three digits say enough


def _to_ascii(text: object) -> str:
    return str(text).encode("ascii", "replace").decode()
