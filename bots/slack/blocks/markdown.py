# ruff: noqa: RUF001 - the brackets are meant
"""Making a model's Markdown safe to show: nobody is pinged by what a model wrote, and its marks are seen."""

from __future__ import annotations

import re

from pyromark import Markdown, Options

from core.chat.text.cjk_emphasis import fix_cjk_emphasis, stable_prefix
from core.chat.text.literal_text import code_spans, protect_literals

from .plain_text import plain_words

JOINER = "\u2060"
"""U+2060 WORD JOINER: invisible, and `<` followed by it opens no mention."""
_MENTION = re.compile(r"<(?=!(?i:channel|here|everyone|group|subteam)\b|@[UWB][A-Z0-9]+[|>]|#[CGD][A-Z0-9]+[|>])")
"""What calls people or names a channel; ids are written in capitals."""
_PENDING = re.compile(r"<(?:!(?i:[a-z]{0,8})|[@#][A-Z0-9]{0,20})?\Z")
_BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")
"""What Markdown takes for a mark of itself, escaped."""
_ENTITY = re.compile(rb"&#?\w+;")
_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
_BRACKETS = str.maketrans({"<": "‹", ">": "›", "\u2060": None})
_NOTIFICATION = 3000
"""Characters of a plain `text` beside blocks; Slack: chat.update refuses more than 4,000."""


def stable(text: str, *, final: bool) -> str:
    """Render what may be shown of `text` now: the result for a longer text begins with the result for a shorter one.

    Slack takes Markdown as it is, so marks that Chinese text breaks are mended, what is content is protected from its
    parser (see `protect_literals`), and mentions (`<!channel>`, `<@U1>`, `<#C1>`) outside of code are made harmless.
    Unless `final`, an end that more text may change is held back.
    """
    shown = protect_literals(fix_cjk_emphasis(text) if final else stable_prefix(text), strict=True, final=final)
    if "<" not in shown:
        return shown
    code, doubt = code_spans(shown)
    if not final:
        pending = _PENDING.search(shown)
        shown = shown[: pending.start() if pending else None]
        dubious = _MENTION.search(shown, doubt)
        shown = shown[: dubious.start() if dubious else None]
    return _MENTION.sub(lambda found: found[0] if _is_within(found.start(), code) else "<" + JOINER, shown)


def harmless(text: str, *, final: bool) -> str:
    """Plain text that mentions nobody; unless `final`, without what may become a mention."""
    pending = None if final else _PENDING.search(text)
    return _MENTION.sub("<" + JOINER, text[: pending.start() if pending else None])


def bare(markdown: str) -> str:
    """Take back what `stable` has put in for Slack's parser alone, entities too; emphasis stays as it is."""
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
    return b"".join([*pieces, source[position:]]).decode().replace("<" + JOINER, "<")


def comment(markdown: str) -> str:
    """A caption as Slack's mrkdwn, which is all that files come with; it mentions nobody."""
    bold = re.sub(r"\*\*(.+?)\*\*", r"*\1*", markdown)
    return escape(_BACKSLASH.sub(r"\1", bold))


def escape(text: str) -> str:
    """Plain text in Slack's three escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def notification(text: str) -> str:
    """The short plain form of a message for notifications and screen readers: words without marks or entities.

    Angle brackets, which Slack wants escaped, become others that look alike.
    """
    shown = plain_words(text).translate(_BRACKETS)
    return shown if len(shown) <= _NOTIFICATION else shown[: _NOTIFICATION - 1] + "…"


def _is_within(offset: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)
