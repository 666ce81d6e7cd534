# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Cutting the bot's name out of what people write, with all that only separates the name from the words; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BLANK = r"[^\S\n]"
_EMOJI = r"[^\s:/]+:(?!//)"
"""Behind a colon: `:tada:`, as Slack writes it, but not the address in `:https://…`."""
_SMILEY = r"-?[)(\]\[/\\|*DPpOo3](?!\w)"
_SEPARATORS = re.compile(
    rf"{_BLANK}*"
    rf"(?:(?:[,;，；：、､—–]|:(?!{_EMOJI})(?!{_SMILEY})|(?:[-~～!！.。…]|\.{{2,3}})(?=\s|\Z)){_BLANK}*)*"
    r"\s*"
)
"""Separators count on the line of the name alone: a dash on the next line begins a list. `!` and `！` in front of a
word are the sign of a command, `-` in front of one that of a number or an option."""
_POSSESSIVE = re.compile(r"['’]s\b")
_PAUSES = (",", "，", "、", "､")
_SENTENCE_ENDS = (".", "。", "!", "！", "?", "？", "…")
_CLAUSE_ENDS = (*_PAUSES, *_SENTENCE_ENDS, ";", "；", ":", "：", "—", "–")
_OPENING = ("(", "（", "[", "【", "{", "\n")
_CLOSING = (*_CLAUSE_ENDS, ")", "）", "]", "】", "}", "\n")


def cut_mentions(text: str, mentions: Iterable[tuple[int, int]]) -> str:
    """Return `text` without the bot's names, which stand at `mentions` (start and end, in characters).

    In front of words a name goes with its comma, colon or dash of whatever script; elsewhere the sentence closes over
    the gap. A name that owns something (`@bot's answer`) belongs to its sentence and stays.
    """
    for start, end in sorted(set(mentions), reverse=True):
        if not _POSSESSIVE.match(text, end):
            text = _close_gap(text[:start], text[end:])
    return text.strip()


def cut_separators(text: str) -> str:
    """Return the words behind a name or a command, without what separates them from it."""
    return _SEPARATORS.sub("", text, count=1)


def _close_gap(before: str, after: str) -> str:
    head, tail = before.rstrip(" \t"), after.lstrip(" \t")
    apart = (head, tail) != (before, after)
    if head.endswith(_PAUSES) and (not tail or tail.startswith(_SENTENCE_ENDS)):
        head = head[:-1]  # the name ended the sentence
    elif not head or head.endswith((*_CLAUSE_ENDS, *_OPENING)):
        tail = cut_separators(tail)  # the name began a clause
    closed = not head or not tail or head.endswith(_OPENING) or tail.startswith(_CLOSING)
    return head + (" " if apart and not closed else "") + tail
