"""Incoming rich messages as Markdown: people send them by pasting formatted text (Bot API 10.1: RichMessage)."""

from __future__ import annotations

from collections.abc import Iterator

from bots.json_fields import Json, as_list, as_object, inner, items, number, objects, text

from .entities import dress

_DEEPEST = 32
"""Telegram nests 16 levels at most; whatever lies deeper is no message of Telegram's."""

_QUOTES = frozenset({"blockquote", "expandable_blockquote", "pullquote"})


def flatten(message: Json) -> str:
    """The words of a `RichMessage`, block by block; media leave only their captions."""
    return "\n".join(line for line in _blocks(message, "blocks", 0) if line).strip()


def _blocks(holder: Json, key: str, depth: int) -> Iterator[str]:
    if depth < _DEEPEST:
        for block in objects(holder, key):
            yield from _block(block, depth + 1)


def _block(block: Json, depth: int) -> Iterator[str]:
    kind = text(block, "type")
    if kind == "list":
        for item in objects(block, "items"):
            box = ("[x]" if item.get("is_checked") is True else "[ ]") if item.get("has_checkbox") is True else ""
            yield " ".join(part for part in (text(item, "label"), box, *_blocks(item, "blocks", depth)) if part)
    elif kind == "table":
        for row in items(block, "cells"):
            yield " | ".join(_inline(as_object(cell).get("text"), depth) for cell in as_list(row))
    elif kind == "pre":
        yield f"```{text(block, 'language')}\n{_inline(block.get('text'), depth)}\n```"
    elif kind in _QUOTES:
        inside = (
            *_blocks(block, "blocks", depth),
            _inline(block.get("text"), depth),
            _inline(block.get("credit"), depth),
        )
        yield "\n".join(f"> {line}" for part in inside if part for line in part.split("\n"))
    elif kind == "heading":
        yield f"{'#' * min(6, max(1, number(block, 'size')))} {_inline(block.get('text'), depth)}"
    else:
        yield _inline(block.get("summary"), depth)
        yield _inline(block.get("text"), depth) or text(block, "expression")
        yield from _blocks(block, "blocks", depth)
    caption = block.get("caption")
    yield _inline(inner(block, "caption").get("text") if "text" in as_object(caption) else caption, depth)


def _inline(node: object, depth: int) -> str:
    """The words of a `RichText`: a string, a list of them, or an object that dresses one."""
    if depth >= _DEEPEST:
        return ""
    if isinstance(node, str):
        return node.encode(errors="replace").decode()
    if parts := as_list(node):
        return "".join(_inline(part, depth + 1) for part in parts)
    dressed = as_object(node)
    inside = dressed.get("text") or inner(dressed, "button").get("text")
    words = _inline(inside, depth + 1) or text(dressed, "expression") or text(dressed, "alternative_text")
    return dress(words, text(dressed, "type"), text(dressed, "url"))
