"""Read the text of blocks as mrkdwn; pure.

Buttons and menus are skipped. Unknown types of blocks are searched for texts, since Slack adds types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bots.slack.blocks.markdown import escape
from core.json_reader import Json, as_list, as_object, get_object, get_objects, get_text

from .mrkdwn_to_text import format_link
from .rich_text_to_mrkdwn import read_rich_text

_TEXTLESS_TYPES = frozenset({"actions", "context_actions", "divider", "file", "share_shortcut"})
_PICTURE_TYPES = frozenset({"image"})
_INTERACTIVE_TYPES = frozenset(
    {"button", "overflow", "workflow_button", "feedback_buttons", "icon_button", "datepicker"}
)
_TEXT_FIELDS = (
    *("rich_text_title", "title", "subtitle", "author_name", "provider_name", "text", "description", "caption"),
    *("body", "details", "output"),
)
"""Text fields of unknown types of blocks, in the order in which they are shown."""
_CHILD_FIELDS = (
    *("blocks", "child_blocks", "elements", "fields", "rows", "cards", "items", "tasks", "cells", "content"),
    "sources",
)
_URL_FIELDS = {"title": "title_url", "text": "url"}
"""The field of the same object with the URL of such a text."""
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class BlockText:
    """The text of blocks and the descriptions of their pictures, as mrkdwn."""

    text: str
    pictures: str
    is_rich_text: bool
    """It is rich text alone, as users write it; the message's `text` then has the same content."""


def read_blocks(blocks: Sequence[Json], names: Mapping[str, str], *, skip: frozenset[str] = frozenset()) -> BlockText:
    """Read all blocks except those of the types `skip`; `names`: see `mrkdwn.read_labels`."""
    read = [block for block in blocks if get_text(block, "type") not in skip]
    with_text = [block for block in read if get_text(block, "type") not in _PICTURE_TYPES]
    texts = [found for block in with_text if (found := _read_block(block, names).strip("\n"))]
    pictures = [
        found for block in read if get_text(block, "type") in _PICTURE_TYPES and (found := _describe_picture(block))
    ]
    kinds = {get_text(block, "type") for block in with_text} - _TEXTLESS_TYPES
    return BlockText("\n".join(texts), "\n".join(pictures), is_rich_text=kinds == {"rich_text"})


def _read_block(block: Json, names: Mapping[str, str]) -> str:
    kind = get_text(block, "type")
    if kind in _TEXTLESS_TYPES:
        return ""
    read = _READERS.get(kind)
    return read(block, names) if read else _join_lines(_read_unknown(block, names, _MAX_DEPTH))


def _read_context(block: Json, names: Mapping[str, str]) -> str:
    return " ".join(filter(None, (_read_object(one, names) for one in get_objects(block, "elements"))))


def _read_section(block: Json, names: Mapping[str, str]) -> Iterator[str]:
    yield _read_object(get_object(block, "text"), names)
    for field in get_objects(block, "fields"):
        yield _read_object(field, names)
    accessory = get_object(block, "accessory")
    yield _describe_picture(accessory) if get_text(accessory, "type") in _PICTURE_TYPES else ""


def _read_object(node: Json, names: Mapping[str, str]) -> str:
    """Read a text object, an image, or a cell of a table."""
    match get_text(node, "type"):
        case "mrkdwn":
            return get_text(node, "text")
        case "rich_text":
            return read_rich_text(node, names)
        case "image":
            return _describe_picture(node)
        case "raw_number":
            return escape(get_text(node, "text") or str(node.get("value", "")))
        case _:
            return escape(get_text(node, "text"))


def _describe_picture(image: Json) -> str:
    title = get_text(get_object(image, "title"), "text") or get_text(image, "title")
    shown = " - ".join(dict.fromkeys(part for part in (title, get_text(image, "alt_text")) if part))
    return escape(f"[picture: {shown}]") if shown else ""


def _read_table(block: Json, names: Mapping[str, str]) -> str:
    """Write a table as Markdown; its first row is the header."""
    cells = [as_list(row) or as_list(as_object(row).get("cells")) for row in as_list(block.get("rows"))]
    return _markdown_table([[_read_cell(as_object(cell), names) for cell in row] for row in cells])


def _markdown_table(rows: Sequence[Sequence[str]]) -> str:
    header, *others = [row for row in rows if any(row)] or [[]]
    lines = [f"| {' | '.join(row)} |" for row in (header, *others) if row]
    return "\n".join([*lines[:1], *([f"|{' --- |' * len(header)}"] if lines else []), *lines[1:]])


def _read_cell(cell: Json, names: Mapping[str, str]) -> str:
    return _escape_cell(_read_object(cell, names))


def _escape_cell(cell: str) -> str:
    """Write a text on one line and escape its bars, except those of entities."""
    return re.sub(r"\|(?![^<>]*>)", r"\\|", " ".join(cell.split()))


def _read_chart(block: Json, _: Mapping[str, str]) -> str:
    """Read the figures of a chart: a line for each segment of a pie, else a table with a column for each series."""
    chart = get_object(block, "chart")
    segments = [f"{escape(get_text(one, 'label'))}: {_format_figure(one)}" for one in get_objects(chart, "segments")]
    columns = {
        get_text(one, "name"): {get_text(point, "label"): _format_figure(point) for point in get_objects(one, "data")}
        for one in get_objects(chart, "series")
    }
    labels = dict.fromkeys(label for points in columns.values() for label in points)
    header = [get_text(get_object(chart, "axis_config"), "x_label"), *columns]
    rows = [header, *([label, *(points.get(label, "") for points in columns.values())] for label in labels)]
    table = _markdown_table([[_escape_cell(escape(cell)) for cell in row] for row in rows]) if columns else ""
    return _join_lines([escape(get_text(block, "title")), *segments, table])


def _format_figure(point: Json) -> str:
    value = point.get("value")
    return str(value) if isinstance(value, int | float) else get_text(point, "value")


def _read_call(block: Json, _: Mapping[str, str]) -> str:
    """Read a call in Slack or elsewhere; its fields are grouped by the version of their format."""
    call = get_object(get_object(block, "call"), "v1")
    return format_link(get_text(call, "join_url"), get_text(call, "name"))


def _read_unknown(node: Json, names: Mapping[str, str], depth: int) -> Iterator[str]:
    """Read the texts of an unknown block or a part of one."""
    if depth == 0 or get_text(node, "type") in _INTERACTIVE_TYPES:
        return
    for key in _TEXT_FIELDS:
        value = get_object(node, key)
        label, url = get_text(node, key) or get_text(value, "text"), get_text(node, _URL_FIELDS.get(key, ""))
        if label and (url or not value):
            yield format_link(url, label)
        elif value:
            yield from [_read_object(value, names)] if _has_text(value) else _read_unknown(value, names, depth - 1)
    yield _describe_picture(node) if get_text(node, "type") in {"image", "video"} else ""
    for key in _CHILD_FIELDS:
        for part in get_objects(node, key):
            yield from _read_part(part, names, depth - 1)


def _has_text(value: Json) -> bool:
    return "text" in value or get_text(value, "type") == "rich_text"


def _read_part(part: Json, names: Mapping[str, str], depth: int) -> Iterator[str]:
    kind = get_text(part, "type")
    if kind in _READERS or kind in _TEXTLESS_TYPES:
        yield _read_block(part, names)
    else:
        yield from _read_unknown(part, names, depth)


def _join_lines(parts: Sequence[str] | Iterator[str]) -> str:
    return "\n".join(part for part in parts if part)


_READERS: Mapping[str, Callable[[Json, Mapping[str, str]], str]] = {
    "call": _read_call,
    "context": _read_context,
    "data_table": lambda block, names: _join_lines([escape(get_text(block, "caption")), _read_table(block, names)]),
    "data_visualization": _read_chart,
    "input": lambda block, names: _read_object(get_object(block, "label"), names),
    "markdown": lambda block, _: escape(get_text(block, "text")),
    "rich_text": read_rich_text,
    "section": lambda block, names: _join_lines(_read_section(block, names)),
    "table": _read_table,
}
