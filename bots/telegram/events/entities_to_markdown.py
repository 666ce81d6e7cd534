"""Converting the formatting of messages to Markdown for the model; pure.

Facts: Bot API 10.3, MessageEntity. Offsets and lengths count UTF-16 code units.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.json_reader import Json, get_int, get_text
from core.media.visible_text import strip_invisible

Span = tuple[int, int]
"""Start and end, in characters."""

_QUOTE_KINDS = frozenset({"blockquote", "expandable_blockquote"})
_INLINE_KINDS = frozenset({"code", "strikethrough", "spoiler"})
_RENDERED_KINDS = frozenset({"text_link", "pre", "date_time"}) | _QUOTE_KINDS | _INLINE_KINDS
"""Formatting that changes the meaning or adds content; bold text, for example, means the same without it. The text of a
custom emoji is the emoji that it stands for."""
_BLOCK_KINDS = _QUOTE_KINDS | {"pre"}
_NESTING_RANKS = {"name": 0} | dict.fromkeys(_QUOTE_KINDS, 1)
"""Which of two entities with the same span contains the other: the lower rank."""
_MAX_DEPTH = 64
"""Nesting depth; clients nest only a few entities. Deeper ones are ignored."""
_MAX_TIMESTAMP = 253_402_300_799
"""The end of the year 9999."""
_NOT_IN_LANGUAGE = re.compile(r"[\s`]")
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class _Node:
    """An entity and its span in characters."""

    start: int
    end: int
    kind: str
    detail: str = ""
    """The URL of a link, the language of code, the formatted time of a date, or a replacement."""


def get_span(words: str, entity: Json) -> Span:
    """Return the span of an entity in characters; an offset within a surrogate pair counts as before it."""
    encoded = words.encode("utf-16-le", "surrogatepass")
    start = max(0, get_int(entity, "offset"))
    end = start + max(0, get_int(entity, "length"))
    return _count_characters(encoded[: start * 2]), _count_characters(encoded[: end * 2])


def slice_utf16(words: str, start: int, length: int) -> str:
    """Return a part of a text by its offset and length in UTF-16 code units."""
    first, end = get_span(words, {"offset": start, "length": length})
    return words[first:end]


def format_date(seconds: int) -> str:
    """Format a time in UTC, "" for none; clients show it in the reader's own time zone."""
    known = 0 < seconds <= _MAX_TIMESTAMP
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC") if known else ""


def to_markdown(
    words: str, entities: Sequence[Json], replacements: Sequence[tuple[Span, str]] = (), *, marks: bool
) -> str:
    """Render links, code, quotes and, with `marks`, inline code, strikethrough and spoilers.

    The spans in `replacements` are replaced. `article` with a link becomes `article (https://…)`. Fences of code are
    longer than any back-ticks in it.
    """
    kinds = _RENDERED_KINDS if marks else _RENDERED_KINDS - _INLINE_KINDS
    nodes = [_build_node(words, entity) for entity in entities if get_text(entity, "type") in kinds]
    nodes += [_Node(start, end, "name", instead) for (start, end), instead in replacements]
    ordered = sorted((node for node in nodes if node.start < node.end), key=_get_nesting_order)
    return _render(words, 0, len(words), ordered)


def _build_node(words: str, entity: Json) -> _Node:
    kind = get_text(entity, "type")
    start, end = get_span(words, entity)
    if kind == "code" and "\n" in words[start:end].strip("\n"):
        kind = "pre"
    return _Node(start, end, kind, _get_detail(kind, entity))


def _get_detail(kind: str, entity: Json) -> str:
    match kind:
        case "text_link":
            return get_text(entity, "url")
        case "date_time":
            return format_date(get_int(entity, "unix_time"))
        case _:
            return get_text(entity, "language")


def _get_nesting_order(node: _Node) -> tuple[int, int, int]:
    return node.start, -node.end, _NESTING_RANKS.get(node.kind, 2)


def _count_characters(encoded: bytes) -> int:
    return len(encoded.decode("utf-16-le", "ignore")) if encoded else 0


def _render(words: str, start: int, end: int, nodes: Sequence[_Node], depth: int = 0) -> str:
    """Render `words` from `start` to `end`; in `nodes`, outer ones come before inner ones."""
    out, at = "", start
    for index, node in enumerate(nodes):
        if node.start < at:  # it was rendered within the node that contains it
            continue
        stop = min(node.end, end)
        inside = [other for other in nodes[index + 1 :] if other.start < stop]
        out += words[at : node.start]
        rendered_node, at = _render_node(words, node, stop, inside, depth + 1), stop
        if node.kind in _BLOCK_KINDS:  # blocks start and end with a line break
            at += words.startswith("\n", stop, end)
            rendered_node = ("" if not out or out.endswith("\n") else "\n") + rendered_node + ("\n" if at < end else "")
        out += rendered_node
    return out + words[at:end]


def _render_node(words: str, node: _Node, end: int, inside: Sequence[_Node], depth: int) -> str:
    match node.kind:
        case "name":
            return node.detail
        case "pre":
            return _fence_code(words[node.start : end], node.detail)
        case "code":
            return _quote_inline_code(words[node.start : end])
        case _:
            return _wrap_rendered(_render(words, node.start, end, inside if depth < _MAX_DEPTH else (), depth), node)


def _wrap_rendered(rendered: str, node: _Node) -> str:
    """Mark rendered text as a link, a date, a quote, struck out or hidden."""
    match node.kind:
        case "text_link" | "date_time":
            return _render_link(rendered, node.detail)
        case "strikethrough":
            return _wrap(rendered, "~~")
        case "spoiler":
            return _wrap(rendered, "||")
        case _:
            return "\n".join(f"> {line}" for line in rendered.strip("\n").split("\n"))


def _fence_code(code: str, language: str) -> str:
    ticks = "`" * max(3, _get_longest_backtick_run(code) + 1)
    code = code.strip("\n")
    return f"{ticks}{_NOT_IN_LANGUAGE.sub('', language)}\n{code}\n{ticks}"


def _quote_inline_code(code: str) -> str:
    if not code.strip():
        return code
    ticks = "`" * (_get_longest_backtick_run(code) + 1)
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{ticks}{pad}{code}{pad}{ticks}"


def _get_longest_backtick_run(code: str) -> int:
    return max((len(ticks) for ticks in _TICKS.findall(code)), default=0)


def _render_link(label: str, url: str) -> str:
    bare = strip_invisible(label)
    if not bare:
        return f"{url} " if url else label  # an invisible label, which people use to show a preview
    if not url or bare.rstrip("/") in {url.rstrip("/"), url.partition("://")[2].rstrip("/")}:
        return label
    return label[: len(label.rstrip())] + f" ({url})" + label[len(label.rstrip()) :]


def _wrap(inside: str, mark: str) -> str:
    bare = inside.strip()
    return inside.replace(bare, f"{mark}{bare}{mark}", 1) if bare else inside
