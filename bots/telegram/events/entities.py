"""The formatting of what people write, as Markdown that a model reads; pure.

Facts: Bot API 10.3, MessageEntity. Offsets and lengths count UTF-16 code units.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bots.json_fields import Json, get_int, get_text
from core.media.visible_text import strip_invisible

Span = tuple[int, int]
"""Start and end, in characters."""

_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_MARKS = frozenset({"code", "strikethrough"})
_SHOWN = frozenset({"text_link", "pre", "date_time"}) | _QUOTES | _MARKS
"""What changes the meaning of words, or is seen and not in the text; bold words, say, are the same words."""
_BLOCKS = _QUOTES | {"pre"}
_RANKS = {"name": 0} | dict.fromkeys(_QUOTES, 1)
"""Which of two entities in one place is around the other."""
_DEEPEST = 64
"""Entities around each other; clients make no more than a few, and what is deeper is read without them."""
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999."""
_NO_LANGUAGE = re.compile(r"[\s`]")
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class _Node:
    """An entity and its place in characters."""

    start: int
    end: int
    kind: str
    detail: str = ""
    """The address of a link, the language of code, the moment of a date."""


def get_span(words: str, entity: Json) -> Span:
    """Where an entity is, in characters; an offset within a surrogate pair counts as one before it."""
    encoded = words.encode("utf-16-le", "surrogatepass")
    start = max(0, get_int(entity, "offset"))
    end = start + max(0, get_int(entity, "length"))
    return _characters(encoded[: start * 2]), _characters(encoded[: end * 2])


def count_utf16_units(words: str) -> int:
    """How long a text is in UTF-16 code units."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def slice_utf16(words: str, start: int, length: int) -> str:
    """Return a part of a text by its place in UTF-16 code units."""
    first, end = get_span(words, {"offset": start, "length": length})
    return words[first:end]


def format_date(seconds: int) -> str:
    """A date as words, "" for none; clients show it in the reader's own time."""
    known = 0 < seconds <= _LAST_SECOND
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC") if known else ""


def to_markdown(words: str, entities: Sequence[Json], names: Sequence[tuple[Span, str]] = (), *, marks: bool) -> str:
    """Render links, code, quotes and, with `marks`, what is dressed within a line; put other words in place of `names`.

    `article` with a link becomes `article (https://…)`. Code is fenced so that its own back-ticks stay inside.
    """
    shown = _SHOWN if marks else _SHOWN - _MARKS
    nodes = [_node(words, entity) for entity in entities if get_text(entity, "type") in shown]
    nodes += [_Node(start, end, "name", instead) for (start, end), instead in names]
    ordered = sorted((node for node in nodes if node.start < node.end), key=_outer_first)
    return _render(words, 0, len(words), ordered)


def _node(words: str, entity: Json) -> _Node:
    kind = get_text(entity, "type")
    start, end = get_span(words, entity)
    if kind == "code" and "\n" in words[start:end].strip("\n"):
        kind = "pre"
    return _Node(start, end, kind, _detail(kind, entity))


def _detail(kind: str, entity: Json) -> str:
    match kind:
        case "text_link":
            return get_text(entity, "url")
        case "date_time":
            return format_date(get_int(entity, "unix_time"))
        case _:
            return get_text(entity, "language")


def _outer_first(node: _Node) -> tuple[int, int, int]:
    return node.start, -node.end, _RANKS.get(node.kind, 2)


def _characters(encoded: bytes) -> int:
    return len(encoded.decode("utf-16-le", "ignore")) if encoded else 0


def _render(words: str, start: int, end: int, nodes: Sequence[_Node], depth: int = 0) -> str:
    """Render `words` from `start` to `end`; outer ones of the `nodes` in there come before inner ones."""
    out, at = "", start
    for index, node in enumerate(nodes):
        if node.start < at:  # it was rendered with the one around it
            continue
        stop = min(node.end, end)
        inside = [other for other in nodes[index + 1 :] if other.start < stop]
        out += words[at : node.start]
        dressed, at = _dress(words, node, stop, inside, depth + 1), stop
        if node.kind in _BLOCKS:  # they have lines of their own
            at += words.startswith("\n", stop, end)
            dressed = ("" if not out or out.endswith("\n") else "\n") + dressed + ("\n" if at < end else "")
        out += dressed
    return out + words[at:end]


def _dress(words: str, node: _Node, end: int, inside: Sequence[_Node], depth: int) -> str:
    match node.kind:
        case "name":
            return node.detail
        case "pre":
            return _fence(words[node.start : end], node.detail)
        case "code":
            return _inline_code(words[node.start : end])
        case _:
            return _around_words(_render(words, node.start, end, inside if depth < _DEEPEST else (), depth), node)


def _around_words(rendered: str, node: _Node) -> str:
    """Show that words are a link, a date, a quote, or struck out."""
    match node.kind:
        case "text_link" | "date_time":
            return _link(rendered, node.detail)
        case "strikethrough":
            return _around(rendered, "~~")
        case _:
            return "\n".join(f"> {line}" for line in rendered.strip("\n").split("\n"))


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
    bare = strip_invisible(label)
    if not bare:
        return f"{url} " if url else label  # hidden behind nothing, so that it shows a preview
    if not url or bare.rstrip("/") in {url.rstrip("/"), url.partition("://")[2].rstrip("/")}:
        return label
    return label[: len(label.rstrip())] + f" ({url})" + label[len(label.rstrip()) :]


def _around(inside: str, mark: str) -> str:
    bare = inside.strip()
    return inside.replace(bare, f"{mark}{bare}{mark}", 1) if bare else inside
