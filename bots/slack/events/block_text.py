"""What the blocks of a message say, as mrkdwn; pure.

Buttons and menus are no words. What is not known here is searched for texts, since Slack adds kinds of blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bots.json_fields import Json, as_list, as_object, get_object, get_objects, get_text

from .mrkdwn import escape, link
from .rich_text import rich_text

_SILENT = frozenset({"actions", "context_actions", "divider", "file", "input", "share_shortcut"})
_PICTURES = frozenset({"image"})
_PRESSED = frozenset({"button", "overflow", "workflow_button", "feedback_buttons", "icon_button", "datepicker"})
_WORDS = (
    *("rich_text_title", "title", "subtitle", "author_name", "provider_name", "text", "description", "caption"),
    *("body", "details", "output"),
)
"""Fields that hold words in kinds of blocks that are not known here, in the order in which they are shown."""
_INSIDE = (
    *("blocks", "child_blocks", "elements", "fields", "rows", "cards", "items", "tasks", "cells", "content"),
    "sources",
)
_ADDRESSES = {"title": "title_url", "text": "url"}
"""Which field of the same object holds the address behind such words."""
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class BlockText:
    """The words of blocks, and what their pictures show, in mrkdwn."""

    words: str
    pictures: str
    rich: bool
    """It is rich text alone, as people write it, of which the message's `text` says the same."""


def block_text(blocks: Sequence[Json], known: Mapping[str, str], *, without: frozenset[str] = frozenset()) -> BlockText:
    """Read all blocks but those of the kinds `without`; `known` are names (see `mrkdwn.labels`)."""
    read = [block for block in blocks if get_text(block, "type") not in without]
    worded = [block for block in read if get_text(block, "type") not in _PICTURES]
    words = [said for block in worded if (said := _block(block, known).strip("\n"))]
    shown = [said for block in read if get_text(block, "type") in _PICTURES and (said := _picture(block))]
    kinds = {get_text(block, "type") for block in worded} - _SILENT
    return BlockText("\n".join(words), "\n".join(shown), rich=kinds == {"rich_text"})


def _block(block: Json, known: Mapping[str, str]) -> str:
    kind = get_text(block, "type")
    if kind in _SILENT:
        return ""
    read = _READ.get(kind)
    return read(block, known) if read else _lines(_anything(block, known, _DEEPEST))


def _context(block: Json, known: Mapping[str, str]) -> str:
    return " ".join(filter(None, (_object(one, known) for one in get_objects(block, "elements"))))


def _section(block: Json, known: Mapping[str, str]) -> Iterator[str]:
    yield _object(get_object(block, "text"), known)
    for field in get_objects(block, "fields"):
        yield _object(field, known)
    accessory = get_object(block, "accessory")
    yield _picture(accessory) if get_text(accessory, "type") in _PICTURES else ""


def _object(node: Json, known: Mapping[str, str]) -> str:
    """A text object, an image, or a cell of a table."""
    match get_text(node, "type"):
        case "mrkdwn":
            return get_text(node, "text")
        case "rich_text":
            return rich_text(node, known)
        case "image":
            return _picture(node)
        case "raw_number":
            return escape(get_text(node, "text") or str(node.get("value", "")))
        case _:
            return escape(get_text(node, "text"))


def _picture(image: Json) -> str:
    title = get_text(get_object(image, "title"), "text") or get_text(image, "title")
    shown = " - ".join(dict.fromkeys(part for part in (title, get_text(image, "alt_text")) if part))
    return escape(f"[picture: {shown}]") if shown else ""


def _table(block: Json, known: Mapping[str, str]) -> str:
    """A table of Markdown, whose first row is its header."""
    cells = [as_list(row) or as_list(as_object(row).get("cells")) for row in as_list(block.get("rows"))]
    return _markdown_table([[_cell(as_object(cell), known) for cell in row] for row in cells])


def _markdown_table(rows: Sequence[Sequence[str]]) -> str:
    header, *others = [row for row in rows if any(row)] or [[]]
    lines = [f"| {' | '.join(row)} |" for row in (header, *others) if row]
    return "\n".join([*lines[:1], *([f"|{' --- |' * len(header)}"] if lines else []), *lines[1:]])


def _cell(cell: Json, known: Mapping[str, str]) -> str:
    return _in_cell(_object(cell, known))


def _in_cell(words: str) -> str:
    """Words on one line; a bar in them is none of the table's, unless it belongs to an entity."""
    return re.sub(r"\|(?![^<>]*>)", r"\\|", " ".join(words.split()))


def _chart(block: Json, _: Mapping[str, str]) -> str:
    """The figures of a chart: a line for each segment of a pie, else a table with a column for each series."""
    chart = get_object(block, "chart")
    segments = [f"{escape(get_text(one, 'label'))}: {_figure(one)}" for one in get_objects(chart, "segments")]
    columns = {
        get_text(one, "name"): {get_text(point, "label"): _figure(point) for point in get_objects(one, "data")}
        for one in get_objects(chart, "series")
    }
    labels = dict.fromkeys(label for points in columns.values() for label in points)
    header = [get_text(get_object(chart, "axis_config"), "x_label"), *columns]
    rows = [header, *([label, *(points.get(label, "") for points in columns.values())] for label in labels)]
    table = _markdown_table([[_in_cell(escape(cell)) for cell in row] for row in rows]) if columns else ""
    return _lines([escape(get_text(block, "title")), *segments, table])


def _figure(point: Json) -> str:
    value = point.get("value")
    return str(value) if isinstance(value, int | float) else get_text(point, "value")


def _call(block: Json, _: Mapping[str, str]) -> str:
    """A call in Slack or elsewhere, whose fields stand under the version of their form."""
    call = get_object(get_object(block, "call"), "v1")
    return link(get_text(call, "join_url"), get_text(call, "name"))


def _anything(node: Json, known: Mapping[str, str], depth: int) -> Iterator[str]:
    """The texts of a block, or a part of one, of any kind."""
    if depth == 0 or get_text(node, "type") in _PRESSED:
        return
    for key in _WORDS:
        value = get_object(node, key)
        words, address = get_text(node, key) or get_text(value, "text"), get_text(node, _ADDRESSES.get(key, ""))
        if words and (address or not value):
            yield link(address, words)
        elif value:
            yield from [_object(value, known)] if _is_words(value) else _anything(value, known, depth - 1)
    yield _picture(node) if get_text(node, "type") in {"image", "video"} else ""
    for key in _INSIDE:
        for part in get_objects(node, key):
            yield from _known_or_anything(part, known, depth - 1)


def _is_words(value: Json) -> bool:
    return "text" in value or get_text(value, "type") == "rich_text"


def _known_or_anything(part: Json, known: Mapping[str, str], depth: int) -> Iterator[str]:
    kind = get_text(part, "type")
    if kind in _READ or kind in _SILENT:
        yield _block(part, known)
    else:
        yield from _anything(part, known, depth)


def _lines(parts: Sequence[str] | Iterator[str]) -> str:
    return "\n".join(part for part in parts if part)


_READ: Mapping[str, Callable[[Json, Mapping[str, str]], str]] = {
    "call": _call,
    "context": _context,
    "data_table": lambda block, known: _lines([escape(get_text(block, "caption")), _table(block, known)]),
    "data_visualization": _chart,
    "markdown": lambda block, _: escape(get_text(block, "text")),
    "rich_text": rich_text,
    "section": lambda block, known: _lines(_section(block, known)),
    "table": _table,
}
