"""Make a model's Markdown safe for Slack: it notifies nobody, and its marks are shown as intended."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from itertools import accumulate

from pyromark import Markdown, Options

from core.chat.text.emphasis_repair import fix_cjk_emphasis, stable_prefix
from core.chat.text.line_memo import LineMemo
from core.chat.text.protect_literals import find_code_spans, protect_literals
from core.chat.text.spans import contains, intersect

WORD_JOINER = "\u2060"
"""U+2060 WORD JOINER: invisible, and `<` followed by it opens no mention."""
_BRACKET_ENTITY = r"&(?i:lt|#0{0,5}60|#x0{0,4}3c);"
_SPELLED_PART = r"!(?i:[a-z]{0,8})|[@#][A-Z0-9]{0,20}"
_MENTION = re.compile(
    r"<(?=!(?i:channel|here|everyone|group|subteam)\b|@[UWB][A-Z0-9]+[|>]|#[CGD][A-Z0-9]+[|>])"
    rf"|<(?=(?:{_SPELLED_PART})&)|{_BRACKET_ENTITY}(?=[!@#\\&])"
)
"""The bracket of a mention of people or of a channel, ids of which are written in capitals; also of what only a reader
of Markdown turns into one, since a part of it is an entity."""
_PENDING_MENTION = re.compile(
    rf"(?:<(?:{_SPELLED_PART})?(?:{_BRACKET_ENTITY})?|<[@#][A-Z0-9]{{1,20}}\|[^<>|\n]{{0,80}}|{_BRACKET_ENTITY})\Z"
)
_NAMED_MENTION = re.compile(r"<([@#][A-Z0-9]{1,20})(?:\|[^<>|\n]{1,80})?>")
"""A mention of somebody or of a channel by its id, perhaps with a name, which may be wrong."""
_UNUSUAL_IN_NAMES = re.compile(r"[^\w .'-]|^_+|_+$")
"""What is left out of a name, so that it formats, links and mentions nothing."""
_NO_NAMES: Mapping[str, str] = {}
_BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")
"""An escaped mark of Markdown."""
_ENTITY = re.compile(rb"&#?\w+;")
_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH


def list_mentioned(text: str) -> list[str]:
    """List whom and which channels a text mentions by their ids: `@U1`, `#C1`."""
    if "<@" not in text and "<#" not in text:
        return []
    return [found[1] for found in _NAMED_MENTION.finditer(text)]


def render_markdown(
    text: str, *, final: bool, names: Mapping[str, str] = _NO_NAMES, memo: LineMemo | None = None
) -> str:
    """Render the part of `text` that will not change: the result for a longer text begins with that for a shorter one.

    Slack parses Markdown itself. So marks that Chinese text breaks are fixed, literal text is protected from the parser
    (see `protect_literals`), and mentions (`<!channel>`, `<@U1>`, `<#C1>`) outside of code are neutralized: they become
    `names`, by their ids, or stay as they are written. Unless `final`, an end that more text may change is held back.
    `memo` is that of an answer which grows.
    """
    fixed = fix_cjk_emphasis(text, memo) if final else stable_prefix(text, memo)
    shown = protect_literals(fixed, strict=True, final=final, memo=memo)
    if "<" not in shown and "&" not in shown:
        return shown
    code, doubt = find_code_spans(shown)
    if not final:
        held = [found.start() for found in (_PENDING_MENTION.search(shown), _MENTION.search(shown, doubt)) if found]
        shown = shown[: min(held, default=None)]
    if any(contains(code, found.start()) for found in _MENTION.finditer(shown)):
        code = _find_parsed_code(shown, code)
    return _replace_mentions(shown, code, names)


def neutralize_mentions(text: str, *, final: bool, names: Mapping[str, str] = _NO_NAMES) -> str:
    """Return plain text that mentions nobody; unless `final`, without an end that may become a mention."""
    pending = None if final else _PENDING_MENTION.search(text)
    return _replace_mentions(text[: pending.start() if pending else None], [], names)


def _replace_mentions(shown: str, code: list[tuple[int, int]], names: Mapping[str, str]) -> str:
    """Replace mentions outside of code by names; one without a name stays, but notifies nobody."""
    pieces, at = list[str](), 0
    for found in _MENTION.finditer(shown):
        start = found.start()
        if start < at or contains(code, start):
            continue
        named = _NAMED_MENTION.match(shown, start)
        name = _find_name(named, names) if named else ""
        pieces += [shown[at:start], name or found[0] + WORD_JOINER]
        at = named.end() if named and name else found.end()
    return "".join([*pieces, shown[at:]])


def _find_name(mention: re.Match[str], names: Mapping[str, str]) -> str:
    """Return the readable form of a mention, such as `@Ann`; "" without a name."""
    name = _UNUSUAL_IN_NAMES.sub("", names.get(mention[1], "")).strip()
    return f"{mention[1][0]}{name}" if name else ""


def strip_protection(markdown: str) -> str:
    """Remove what `render_markdown` added for Slack's parser, entities too; emphasis stays."""
    source, cuts = markdown.encode(errors="replace"), list[tuple[int, int, bytes]]()
    last = 0
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        start, end = where["start"], where["end"]
        match event:
            case {"Start": {"Link": {"link_type": "Autolink"}}}:
                cuts += [(start, start + 1, b""), (end - 1, end, b"")]
                last = start + 1
            case {"Text": str(text)}:
                if last < start and source[start - 1 : start] == b"\\":
                    cuts.append((start - 1, start, b""))
                elif _ENTITY.fullmatch(source, start, end):
                    cuts.append((start, end, text.encode(errors="replace")))
                last = end
            case {"Code": _} | {"InlineHtml": _}:
                last = end
            case _:
                pass
    pieces, position = list[bytes](), 0
    for start, end, put in cuts:
        pieces += [source[position:start], put]
        position = end
    return b"".join([*pieces, source[position:]]).decode().replace("<" + WORD_JOINER, "<")


def to_mrkdwn(markdown: str) -> str:
    """Write a caption as Slack's mrkdwn, the only format for comments on files; it mentions nobody."""
    bold = re.sub(r"\*\*(.+?)\*\*", r"*\1*", markdown)
    return escape(html.unescape(_BACKSLASH.sub(r"\1", bold)))


def escape(text: str) -> str:
    """Escape plain text with Slack's three escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _find_parsed_code(markdown: str, expected: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the expected code that a parser of CommonMark takes for code, too.

    A fence within a list ends with its item, for example, and back-ticks around a bar are none in a table, even in one
    whose second line is still to come.
    """
    source, parsed = markdown.encode(errors="replace"), list[tuple[int, int]]()
    block: int | None = None
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        match event:
            case {"Start": {"CodeBlock": _}}:
                block = where["start"]
            case {"End": "CodeBlock"} if block is not None:
                parsed.append((block, where["end"]))
                block = None
            case {"Code": str(code)} if "|" not in code:
                parsed.append((where["start"], where["end"]))
            case _:
                pass
    # The parser counts bytes: for each byte, how many characters are before it.
    offsets = list(accumulate((byte & 0xC0 != 0x80 for byte in source), initial=0))  # noqa: PLR2004 - UTF-8
    return intersect(expected, [(offsets[start], offsets[end]) for start, end in parsed])
