"""Incoming rich messages as texts with entities; people send them by pasting formatted text (Bot API: RichMessage).

A `RichText` is dressed in the words of `MessageEntity`, so a rich message is read, quoted and searched for names as a
typed one is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bots.json_fields import Json, as_list, as_object, inner, items, number, objects, text

from .contents import read_content
from .entities import units

_DEEPEST = 32
"""Telegram nests 16 levels at most; whatever lies deeper is no message of Telegram's."""
_QUOTES = frozenset({"blockquote", "expandable_blockquote", "pullquote"})
_LEVELS = {"superscript": "^", "subscript": "_"}
"""How formulas are typed that stand above or below the line, where it changes what they mean."""


class Dressed(NamedTuple):
    """Words and the entities within them."""

    text: str = ""
    entities: tuple[Json, ...] = ()


def flatten(message: Json) -> Dressed:
    """The words of a `RichMessage`, block by block; media leave only their captions."""
    return _join(_blocks(message, "blocks", 0), "\n")


def rich_blocks(message: Json) -> Iterator[Json]:
    """Every block of a `RichMessage`, in the order of reading."""
    return _within(message, 0)


def _within(holder: Json, depth: int) -> Iterator[Json]:
    if depth < _DEEPEST:
        for block in objects(holder, "blocks"):
            yield block
            for each in (block, *objects(block, "items")):
                yield from _within(each, depth + 1)


def _blocks(holder: Json, key: str, depth: int, level: int = 0) -> Iterator[Dressed]:
    if depth < _DEEPEST:
        for block in objects(holder, key):
            yield from _block(block, depth + 1, level)


def _block(block: Json, depth: int, level: int) -> Iterator[Dressed]:
    kind = text(block, "type")
    if kind == "list":
        yield from (_item(item, depth, level) for item in objects(block, "items"))
    elif kind == "table":
        yield from (_row(as_list(row), depth) for row in items(block, "cells"))
    elif kind == "pre":
        yield _dress(_inline(block.get("text"), depth), {**block, "type": "pre"})
    elif kind in _QUOTES:
        said = (_inline(block.get(field), depth) for field in ("text", "credit"))
        quoted = _join((*_blocks(block, "blocks", depth), *said), "\n")
        yield _dress(quoted, {"type": "blockquote" if kind == "pullquote" else kind})
    elif kind == "heading":
        mark = "#" * min(6, max(1, number(block, "size")))
        yield _join((Dressed(mark), _inline(block.get("text"), depth)), " ")
    else:
        yield _inline(block.get("summary"), depth)
        yield _inline(block.get("text"), depth)
        yield Dressed(text(block, "expression") or read_content(block))
        yield _join((_button(button, depth) for button in objects(block, "buttons")), " ")
        yield from _blocks(block, "blocks", depth)
    caption = as_object(block.get("caption")) or {"text": block.get("caption")}
    yield from (_inline(part, depth) for part in _caption(caption))


def _caption(caption: Json) -> Iterator[object]:
    if "type" in caption:  # that of a table is a RichText
        yield caption
    else:
        yield caption.get("text")
        yield caption.get("credit")


def _item(item: Json, depth: int, level: int) -> Dressed:
    """An item with its label in front; what else it holds has lines of its own, and lists in it are indented."""
    box = ("[x]" if item.get("is_checked") is True else "[ ]") if item.get("has_checkbox") is True else ""
    label = "  " * level + " ".join(part for part in (text(item, "label"), box) if part)
    first, *rest = [each for each in _blocks(item, "blocks", depth, level + 1) if each.text] or [Dressed()]
    return _join((_join((Dressed(label), first), " "), *rest), "\n")


def _row(cells: list[object], depth: int) -> Dressed:
    shown = [_inline(as_object(cell).get("text"), depth) for cell in cells]
    return _join((cell._replace(text=cell.text.replace("\n", " ")) for cell in shown), " | ", empty=True)


def _inline(node: object, depth: int) -> Dressed:
    """The words of a `RichText`: a string, a list of them, or an object that dresses one."""
    if depth >= _DEEPEST:
        return Dressed()
    if isinstance(node, str):
        return Dressed(node.encode(errors="replace").decode().replace("\0", " "))
    if parts := as_list(node):
        return _join((_inline(part, depth + 1) for part in parts), "")
    dressed = as_object(node)
    if button := inner(dressed, "button"):
        return _button(button, depth + 1)
    inside = _inline(dressed.get("text"), depth + 1)
    shown = inside if inside.text else Dressed(text(dressed, "expression") or text(dressed, "alternative_text"))
    return _dress(shown, dressed)


def _button(button: Json, depth: int) -> Dressed:
    return _dress(_inline(button.get("text"), depth), {"type": "url", "url": text(button, "url")})


def _dress(shown: Dressed, node: Json) -> Dressed:
    """Put the entity around words that a `RichText` is."""
    kind = text(node, "type")
    if mark := _LEVELS.get(kind):
        around = ("", "") if len(shown.text) == 1 else ("(", ")")
        return _join((Dressed(mark + around[0]), shown, Dressed(around[1])), "")
    whole = {**node, "type": "text_link" if kind == "url" else kind, "offset": 0, "length": units(shown.text)}
    return Dressed(shown.text, (whole, *shown.entities))


def _join(parts: Iterable[Dressed], between: str, *, empty: bool = False) -> Dressed:
    """Parts behind each other, with the entities where they are then; those without words count only if *empty*."""
    words, entities, end = "", list[Json](), 0
    for index, part in enumerate(part for part in parts if part.text or empty):
        if index:
            words, end = words + between, end + units(between)
        entities += [{**each, "offset": number(each, "offset") + end} for each in part.entities]
        words, end = words + part.text, end + units(part.text)
    return Dressed(words, tuple(entities))
