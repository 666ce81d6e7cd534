"""Incoming rich messages as texts with entities; people send them by pasting formatted text (Bot API: RichMessage).

A `RichText` is dressed in the words of `MessageEntity`, so a rich message is read, quoted and searched for names as a
typed one is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bots.json_fields import Json, as_list, as_object, get_int, get_list, get_object, get_objects, get_text

from .contents import describe_content
from .entities import count_utf16_units

_DEEPEST = 32
"""Telegram nests 16 levels at most; whatever lies deeper is no message of Telegram's."""
_QUOTES = frozenset({"blockquote", "expandable_blockquote", "pullquote"})
_LEVELS = {"superscript": "^", "subscript": "_"}
"""How formulas are typed that stand above or below the line, where it changes what they mean."""


class FormattedText(NamedTuple):
    """Words and the entities within them."""

    text: str = ""
    entities: tuple[Json, ...] = ()


def flatten_rich_message(message: Json) -> FormattedText:
    """The words of a `RichMessage`, block by block; media leave only their captions."""
    return _join(_blocks(message, "blocks", 0), "\n")


def iterate_blocks(message: Json) -> Iterator[Json]:
    """Every block of a `RichMessage`, in the order of reading."""
    return _within(message, 0)


def _within(holder: Json, depth: int) -> Iterator[Json]:
    if depth < _DEEPEST:
        for block in get_objects(holder, "blocks"):
            yield block
            for each in (block, *get_objects(block, "items")):
                yield from _within(each, depth + 1)


def _blocks(holder: Json, key: str, depth: int, level: int = 0) -> Iterator[FormattedText]:
    if depth < _DEEPEST:
        for block in get_objects(holder, key):
            yield from _block(block, depth + 1, level)


def _block(block: Json, depth: int, level: int) -> Iterator[FormattedText]:
    kind = get_text(block, "type")
    if kind == "list":
        yield from (_item(item, depth, level) for item in get_objects(block, "items"))
    elif kind == "table":
        yield from (_row(as_list(row), depth) for row in get_list(block, "cells"))
    elif kind == "pre":
        yield _dress(_inline(block.get("text"), depth), {**block, "type": "pre"})
    elif kind in _QUOTES:
        said = (_inline(block.get(field), depth) for field in ("text", "credit"))
        quoted = _join((*_blocks(block, "blocks", depth), *said), "\n")
        yield _dress(quoted, {"type": "blockquote" if kind == "pullquote" else kind})
    elif kind == "heading":
        mark = "#" * min(6, max(1, get_int(block, "size")))
        yield _join((FormattedText(mark), _inline(block.get("text"), depth)), " ")
    else:
        yield _inline(block.get("summary"), depth)
        yield _inline(block.get("text"), depth)
        yield FormattedText(get_text(block, "expression") or describe_content(block))
        yield _join((_button(button, depth) for button in get_objects(block, "buttons")), " ")
        yield from _blocks(block, "blocks", depth)
    caption = as_object(block.get("caption")) or {"text": block.get("caption")}
    yield from (_inline(part, depth) for part in _caption(caption))


def _caption(caption: Json) -> Iterator[object]:
    if "type" in caption:  # that of a table is a RichText
        yield caption
    else:
        yield caption.get("text")
        yield caption.get("credit")


def _item(item: Json, depth: int, level: int) -> FormattedText:
    """An item with its label in front; what else it holds has lines of its own, and lists in it are indented."""
    box = ("[x]" if item.get("is_checked") is True else "[ ]") if item.get("has_checkbox") is True else ""
    label = "  " * level + " ".join(part for part in (get_text(item, "label"), box) if part)
    first, *rest = [each for each in _blocks(item, "blocks", depth, level + 1) if each.text] or [FormattedText()]
    return _join((_join((FormattedText(label), first), " "), *rest), "\n")


def _row(cells: list[object], depth: int) -> FormattedText:
    shown = [_inline(as_object(cell).get("text"), depth) for cell in cells]
    return _join((cell._replace(text=cell.text.replace("\n", " ")) for cell in shown), " | ", empty=True)


def _inline(node: object, depth: int) -> FormattedText:
    """The words of a `RichText`: a string, a list of them, or an object that dresses one."""
    if depth >= _DEEPEST:
        return FormattedText()
    if isinstance(node, str):
        return FormattedText(node.encode(errors="replace").decode().replace("\0", " "))
    if parts := as_list(node):
        return _join((_inline(part, depth + 1) for part in parts), "")
    dressed = as_object(node)
    if button := get_object(dressed, "button"):
        return _button(button, depth + 1)
    inside = _inline(dressed.get("text"), depth + 1)
    shown = (
        inside
        if inside.text
        else FormattedText(get_text(dressed, "expression") or get_text(dressed, "alternative_text"))
    )
    return _dress(shown, dressed)


def _button(button: Json, depth: int) -> FormattedText:
    return _dress(_inline(button.get("text"), depth), {"type": "url", "url": get_text(button, "url")})


def _dress(shown: FormattedText, node: Json) -> FormattedText:
    """Put the entity around words that a `RichText` is."""
    kind = get_text(node, "type")
    if mark := _LEVELS.get(kind):
        around = ("", "") if len(shown.text) == 1 else ("(", ")")
        return _join((FormattedText(mark + around[0]), shown, FormattedText(around[1])), "")
    whole = {
        **node,
        "type": "text_link" if kind == "url" else kind,
        "offset": 0,
        "length": count_utf16_units(shown.text),
    }
    return FormattedText(shown.text, (whole, *shown.entities))


def _join(parts: Iterable[FormattedText], between: str, *, empty: bool = False) -> FormattedText:
    """Parts behind each other, with the entities where they are then; those without words count only if *empty*."""
    words, entities, end = "", list[Json](), 0
    for index, part in enumerate(part for part in parts if part.text or empty):
        if index:
            words, end = words + between, end + count_utf16_units(between)
        entities += [{**each, "offset": get_int(each, "offset") + end} for each in part.entities]
        words, end = words + part.text, end + count_utf16_units(part.text)
    return FormattedText(words, tuple(entities))
