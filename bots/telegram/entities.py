"""The formatting of what people write, as Markdown that a model reads; pure.

Facts: Bot API 10.3, MessageEntity. Offsets and lengths count UTF-16 code units.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bots.json_fields import Json, number, text

Span = tuple[int, int]
"""Start and end, in characters."""

_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_MARKS = frozenset({"code", "strikethrough"})
_SHOWN = frozenset({"text_link", "pre"}) | _QUOTES | _MARKS
"""What changes the meaning of words, or is seen and not in the text; bold words, say, are the same words."""
_BLOCKS = _QUOTES | {"pre"}
_RANKS = {"name": 0} | dict.fromkeys(_QUOTES, 1)
"""Which of two entities in one place is around the other."""
_NO_LANGUAGE = re.compile(r"[\s`]")
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class _Node:
    """An entity and its place in characters."""

    start: int
    end: int
    kind: str
    detail: str = ""
    """The address of a link, the language of code."""


def place(words: str, entity: Json) -> Span:
    """Where an entity is, in characters; an offset within a surrogate pair counts as one before it."""
    units = words.encode("utf-16-le", "surrogatepass")
    start = max(0, number(entity, "offset"))
    end = start + max(0, number(entity, "length"))
    return _characters(units[: start * 2]), _characters(units[: end * 2])


def slice_units(words: str, start: int, length: int) -> str:
    """Return a part of a text by its place in UTF-16 code units."""
    first, end = place(words, {"offset": start, "length": length})
    return words[first:end]


def to_markdown(words: str, entities: Sequence[Json], names: Sequence[tuple[Span, str]] = (), *, marks: bool) -> str:
    """Render links, code, quotes and, with `marks`, what is dressed within a line; put other words in place of `names`.

    `article` with a link becomes `article (https://…)`. Code is fenced so that its own back-ticks stay inside.
    """
    shown = _SHOWN if marks else _SHOWN - _MARKS
    nodes = [_node(words, entity) for entity in entities if text(entity, "type") in shown]
    nodes += [_Node(start, end, "name", instead) for (start, end), instead in names]
    ordered = sorted((node for node in nodes if node.start < node.end), key=_outer_first)
    return _render(words, 0, len(words), ordered)


def _node(words: str, entity: Json) -> _Node:
    kind = text(entity, "type")
    start, end = place(words, entity)
    if kind == "code" and "\n" in words[start:end].strip("\n"):
        kind = "pre"
    return _Node(start, end, kind, text(entity, "url") if kind == "text_link" else text(entity, "language"))


def _outer_first(node: _Node) -> tuple[int, int, int]:
    return node.start, -node.end, _RANKS.get(node.kind, 2)


def _characters(units: bytes) -> int:
    return len(units.decode("utf-16-le", "ignore")) if units else 0


def _render(words: str, start: int, end: int, nodes: Sequence[_Node]) -> str:
    """Render `words` from `start` to `end`; outer ones of the `nodes` in there come before inner ones."""
    out, at = "", start
    for index, node in enumerate(nodes):
        if node.start < at:  # it was rendered with the one around it
            continue
        stop = min(node.end, end)
        inside = [other for other in nodes[index + 1 :] if other.start < stop]
        out += words[at : node.start]
        dressed, at = _dress(words, node, stop, inside), stop
        if node.kind in _BLOCKS:  # they have lines of their own
            at += words.startswith("\n", stop, end)
            dressed = ("" if not out or out.endswith("\n") else "\n") + dressed + ("\n" if at < end else "")
        out += dressed
    return out + words[at:end]


def dress(inside: str, kind: str, url: str = "") -> str:
    """Show within a line that words are a link, code, or struck out."""
    match kind:
        case "code":
            return _inline_code(inside)
        case "strikethrough":
            return _around(inside, "~~")
        case "text_link" | "url":
            return _link(inside, url) if url else inside
        case _:
            return inside


def _dress(words: str, node: _Node, end: int, inside: Sequence[_Node]) -> str:
    if node.kind == "name":
        return node.detail
    if node.kind == "pre":
        return _fence(words[node.start : end], node.detail)
    if node.kind == "code":
        return dress(words[node.start : end], "code")
    rendered = _render(words, node.start, end, inside)
    if node.kind in _QUOTES:
        return "\n".join(f"> {line}" for line in rendered.strip("\n").split("\n"))
    return dress(rendered, node.kind, node.detail)


def _fence(code: str, language: str) -> str:
    ticks = "`" * max(3, _longest_run(code) + 1)
    code = code.strip("\n")
    return f"{ticks}{_NO_LANGUAGE.sub('', language)}\n{code}\n{ticks}"


def _inline_code(code: str) -> str:
    if not code.strip():
        return code
    ticks = "`" * (_longest_run(code) + 1)
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{ticks}{pad}{code}{pad}{ticks}"


def _longest_run(code: str) -> int:
    return max((len(ticks) for ticks in _TICKS.findall(code)), default=0)


def _link(label: str, url: str) -> str:
    bare = label.strip()
    if not url or bare.rstrip("/") in {url.rstrip("/"), url.partition("://")[2].rstrip("/")}:
        return label if bare else url
    return label[: len(label.rstrip())] + f" ({url})" + label[len(label.rstrip()) :] if bare else url


def _around(inside: str, mark: str) -> str:
    bare = inside.strip()
    return inside.replace(bare, f"{mark}{bare}{mark}", 1) if bare else inside
