"""Flattening rich messages, which people send by pasting formatted text (Bot API: RichMessage).

The result has entities of the kinds of `MessageEntity`, so a rich message is read, quoted and searched for mentions
like a typed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.chat.text.page_breaks import utf16_length
from core.json_reader import Json, as_list, as_object, get_int, get_list, get_object, get_objects, get_text

from .describe_contents import describe_content

_MAX_DEPTH = 32
"""Telegram allows 16 levels of nesting; anything deeper than this is ignored."""
_QUOTE_KINDS = frozenset({"blockquote", "expandable_blockquote", "pullquote"})
_SCRIPT_MARKS = {"superscript": "^", "subscript": "_"}
"""How superscripts and subscripts are written in plain text, since they change the meaning of a formula."""


class FormattedText(NamedTuple):
    """A text and its entities."""

    text: str = ""
    entities: tuple[Json, ...] = ()


def flatten_rich_message(message: Json) -> FormattedText:
    """Return the text of a `RichMessage`, block by block; of media only the captions."""
    return _join(_flatten_blocks(message, "blocks", 0), "\n")


def iterate_blocks(message: Json) -> Iterator[Json]:
    """Yield every block of a `RichMessage` in reading order."""
    return _iterate_nested_blocks(message, 0)


def _iterate_nested_blocks(holder: Json, depth: int) -> Iterator[Json]:
    if depth < _MAX_DEPTH:
        for block in get_objects(holder, "blocks"):
            yield block
            for each in (block, *get_objects(block, "items")):
                yield from _iterate_nested_blocks(each, depth + 1)


def _flatten_blocks(holder: Json, key: str, depth: int, level: int = 0) -> Iterator[FormattedText]:
    if depth < _MAX_DEPTH:
        for block in get_objects(holder, key):
            yield from _flatten_block(block, depth + 1, level)


def _flatten_block(block: Json, depth: int, level: int) -> Iterator[FormattedText]:
    kind = get_text(block, "type")
    if kind == "list":
        yield from (_flatten_list_item(item, depth, level) for item in get_objects(block, "items"))
    elif kind == "table":
        yield from (_flatten_row(as_list(row), depth) for row in get_list(block, "cells"))
    elif kind == "pre":
        yield _add_entity(_flatten_inline(block.get("text"), depth), {**block, "type": "pre"})
    elif kind in _QUOTE_KINDS:
        texts = (_flatten_inline(block.get(field), depth) for field in ("text", "credit"))
        quoted = _join((*_flatten_blocks(block, "blocks", depth), *texts), "\n")
        yield _add_entity(quoted, {"type": "blockquote" if kind == "pullquote" else kind})
    elif kind == "heading":
        mark = "#" * min(6, max(1, get_int(block, "size")))
        yield _join((FormattedText(mark), _flatten_inline(block.get("text"), depth)), " ")
    else:
        yield _flatten_inline(block.get("summary"), depth)
        yield _flatten_inline(block.get("text"), depth)
        yield FormattedText(get_text(block, "expression") or describe_content(block))
        yield _join((_flatten_button(button, depth) for button in get_objects(block, "buttons")), " ")
        yield from _flatten_blocks(block, "blocks", depth)
    caption = as_object(block.get("caption")) or {"text": block.get("caption")}
    yield from (_flatten_inline(part, depth) for part in _iterate_caption_parts(caption))


def _iterate_caption_parts(caption: Json) -> Iterator[object]:
    if "type" in caption:  # the caption of a table is a RichText
        yield caption
    else:
        yield caption.get("text")
        yield caption.get("credit")


def _flatten_list_item(item: Json, depth: int, level: int) -> FormattedText:
    """Put the label in front of a list item; its further blocks have lines of their own, nested lists are indented."""
    box = ("[x]" if item.get("is_checked") is True else "[ ]") if item.get("has_checkbox") is True else ""
    label = "  " * level + " ".join(part for part in (get_text(item, "label"), box) if part)
    first, *rest = [each for each in _flatten_blocks(item, "blocks", depth, level + 1) if each.text] or [
        FormattedText()
    ]
    return _join((_join((FormattedText(label), first), " "), *rest), "\n")


def _flatten_row(cells: list[object], depth: int) -> FormattedText:
    content = [_flatten_inline(as_object(cell).get("text"), depth) for cell in cells]
    return _join((cell._replace(text=cell.text.replace("\n", " ")) for cell in content), " | ", empty=True)


def _flatten_inline(node: object, depth: int) -> FormattedText:
    """Flatten a `RichText`: a string, a list of `RichText`s, or an object that formats one."""
    if depth >= _MAX_DEPTH:
        return FormattedText()
    if isinstance(node, str):
        return FormattedText(node.encode(errors="replace").decode().replace("\0", " "))
    if parts := as_list(node):
        return _join((_flatten_inline(part, depth + 1) for part in parts), "")
    rich_text = as_object(node)
    if button := get_object(rich_text, "button"):
        return _flatten_button(button, depth + 1)
    inner_text = _flatten_inline(rich_text.get("text"), depth + 1)
    content = (
        inner_text
        if inner_text.text
        else FormattedText(get_text(rich_text, "expression") or get_text(rich_text, "alternative_text"))
    )
    return _add_entity(content, rich_text)


def _flatten_button(button: Json, depth: int) -> FormattedText:
    return _add_entity(_flatten_inline(button.get("text"), depth), {"type": "url", "url": get_text(button, "url")})


def _add_entity(content: FormattedText, node: Json) -> FormattedText:
    """Add the entity of a `RichText` object to its text."""
    kind = get_text(node, "type")
    if mark := _SCRIPT_MARKS.get(kind):
        around = ("", "") if len(content.text) == 1 else ("(", ")")
        return _join((FormattedText(mark + around[0]), content, FormattedText(around[1])), "")
    whole = {
        **node,
        "type": "text_link" if kind == "url" else kind,
        "offset": 0,
        "length": utf16_length(content.text),
    }
    return FormattedText(content.text, (whole, *content.entities))


def _join(parts: Iterable[FormattedText], between: str, *, empty: bool = False) -> FormattedText:
    """Concatenate parts and move their entities; parts without text are left out unless `empty`."""
    words, entities, end = "", list[Json](), 0
    for index, part in enumerate(part for part in parts if part.text or empty):
        if index:
            words, end = words + between, end + utf16_length(between)
        entities += [{**each, "offset": get_int(each, "offset") + end} for each in part.entities]
        words, end = words + part.text, end + utf16_length(part.text)
    return FormattedText(words, tuple(entities))
