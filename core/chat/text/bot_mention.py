# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Removing mentions of the bot from a text, with the punctuation that separates them from the words; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BLANK = r"(?:[^\S\n]|[\u200b\u200e\u200f\u2060\ufeff])"
"""The second group is invisible; keyboards and copied texts contain it."""
_EMOJI = r"[^\s:/]+:(?!//)"
"""After a colon: `:tada:`, as some platforms write emoji, but not the address in `:https://…`."""
_SMILEY = r"-?[)(\]\[/\\|*DPpOo3](?!\w)"
_SEPARATORS = re.compile(
    rf"{_BLANK}*"
    rf"(?:(?:[,，；：、､。—–،؛・→]|;(?!{_SMILEY})|:(?!{_EMOJI})(?!{_SMILEY})|[-~～!！.…]+(?=\s|\Z)){_BLANK}*)*"
    r"\s*"
)
"""Only separators on the line of the mention count: a dash on the next line begins a list. `!` and `！` before a word
are the sign of a command, `-` before a word belongs to a number or an option."""
_EMOJI_START = re.compile(rf":{_EMOJI}|[:;]{_SMILEY}")
_SIGNED_START = re.compile(r"[!！][^\W\d]|\.\d")
"""Text that begins with punctuation and ends no clause: emoji and smileys; after a blank, commands and numbers."""
_PAIRS = {"(": ")", "（": "）", "[": "]", "【": "】", "「": "」", "{": "}", "“": "”"}
_MARKS = "*_~`"
_OPEN_MARKS = re.compile(r"(?:\A|(?<=\s))[*_~`]+\Z")
"""Formatting that begins before the mention."""
_POSSESSIVE = re.compile(r"['’]s\b")
_PAUSES = (",", "，", "、", "､")
_SENTENCE_ENDS = (".", "。", "!", "！", "?", "？", "…")
_CLAUSE_ENDS = (*_PAUSES, *_SENTENCE_ENDS, ";", "；", ":", "：", "—", "–")
_OPENING = ("(", "（", "[", "【", "{", "\n")
_CLOSING = (*_CLAUSE_ENDS, ")", "）", "]", "】", "}", "\n")


def remove_mentions(text: str, mentions: Iterable[tuple[int, int]]) -> str:
    """Return `text` without the mentions of the bot at `mentions` (start and end, in characters).

    Before words, a mention is removed with its comma, colon or dash of any script; elsewhere the gap is closed. A
    possessive (`@bot's answer`) belongs to its sentence and stays.
    """
    for start, end in sorted(set(mentions), reverse=True):
        if not _POSSESSIVE.match(text, end):
            text = _close_gap(*_unwrap(text[:start], text[end:]))
    return text.strip()


def remove_separators(text: str) -> str:
    """Return the words after a mention or a command, without the separators before them."""
    return _SEPARATORS.sub("", text, count=1)


def _unwrap(before: str, after: str) -> tuple[str, str]:
    """Remove brackets and formatting that enclosed nothing but the mention."""
    while before and after and (_PAIRS.get(before[-1]) == after[0] or _are_marks(before, after)):
        before, after = before[:-1], after[1:]
    return before, after


def _are_marks(before: str, after: str) -> bool:
    return before[-1] in _MARKS and after[0] == before[-1] and not (before[-2:-1].isalnum() or after[1:2].isalnum())


def _close_gap(before: str, after: str) -> str:
    head, tail = before.rstrip(" \t"), after.lstrip(" \t")
    apart = (head, tail) != (before, after)
    if head == before and (marks := _OPEN_MARKS.search(head)):
        return head + (remove_separators(tail) if not head[: marks.start()].strip() else tail)
    if head.endswith(_PAUSES) and (not tail or tail.startswith(_SENTENCE_ENDS)):
        head = head[:-1]  # the name ended the sentence
    elif not head or head.endswith((*_CLAUSE_ENDS, *_OPENING)):
        tail = remove_separators(tail)  # the name began a clause
    starts = _EMOJI_START.match(tail) or (tail != after and _SIGNED_START.match(tail))
    closed = not head or not tail or head.endswith(_OPENING) or (tail.startswith(_CLOSING) and not starts)
    return head + (" " if apart and not closed else "") + tail
