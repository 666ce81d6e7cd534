# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Cutting the bot's name out of what people write, with all that only separates the name from the words; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BLANK = r"(?:[^\S\n]|[\u200b\u200e\u200f\u2060\ufeff])"
"""Nobody sees the latter ones; keyboards and copied texts have them."""
_EMOJI = r"[^\s:/]+:(?!//)"
"""Behind a colon: `:tada:`, as Slack writes it, but not the address in `:https://…`."""
_SMILEY = r"-?[)(\]\[/\\|*DPpOo3](?!\w)"
_SEPARATORS = re.compile(
    rf"{_BLANK}*"
    rf"(?:(?:[,，；：、､。—–،؛・→]|;(?!{_SMILEY})|:(?!{_EMOJI})(?!{_SMILEY})|[-~～!！.…]+(?=\s|\Z)){_BLANK}*)*"
    r"\s*"
)
"""Separators count on the line of the name alone: a dash on the next line begins a list. `!` and `！` in front of a
word are the sign of a command, `-` in front of one that of a number or an option."""
_STARTS = re.compile(rf":{_EMOJI}|[:;]{_SMILEY}")
_SIGNED = re.compile(r"[!！][^\W\d]|\.\d")
"""What begins with a mark of punctuation and yet ends nothing: emoji, smileys; behind a blank commands, numbers."""
_PAIRS = {"(": ")", "（": "）", "[": "]", "【": "】", "「": "」", "{": "}", "“": "”"}
_MARKS = "*_~`"
_OPEN_MARKS = re.compile(r"(?:\A|(?<=\s))[*_~`]+\Z")
"""Marks of formatting that begin in front of the name."""
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
            text = _close_gap(*_unwrapped(text[:start], text[end:]))
    return text.strip()


def cut_separators(text: str) -> str:
    """Return the words behind a name or a command, without what separates them from it."""
    return _SEPARATORS.sub("", text, count=1)


def _unwrapped(before: str, after: str) -> tuple[str, str]:
    """Leave out brackets and marks of formatting that have held the name alone."""
    while before and after and (_PAIRS.get(before[-1]) == after[0] or _are_marks(before, after)):
        before, after = before[:-1], after[1:]
    return before, after


def _are_marks(before: str, after: str) -> bool:
    return before[-1] in _MARKS and after[0] == before[-1] and not (before[-2:-1].isalnum() or after[1:2].isalnum())


def _close_gap(before: str, after: str) -> str:
    head, tail = before.rstrip(" \t"), after.lstrip(" \t")
    apart = (head, tail) != (before, after)
    if head == before and (marks := _OPEN_MARKS.search(head)):
        return head + (cut_separators(tail) if not head[: marks.start()].strip() else tail)
    if head.endswith(_PAUSES) and (not tail or tail.startswith(_SENTENCE_ENDS)):
        head = head[:-1]  # the name ended the sentence
    elif not head or head.endswith((*_CLAUSE_ENDS, *_OPENING)):
        tail = cut_separators(tail)  # the name began a clause
    starts = _STARTS.match(tail) or (tail != after and _SIGNED.match(tail))
    closed = not head or not tail or head.endswith(_OPENING) or (tail.startswith(_CLOSING) and not starts)
    return head + (" " if apart and not closed else "") + tail
