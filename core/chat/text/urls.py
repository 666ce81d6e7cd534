# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Finding the end of an address in a text; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .writing_systems import is_unspaced

ADDRESS_PATTERN = r"(?<![A-Za-z0-9<@])(?i:https?)://[^\s\x00-\x1f\x7f<>\"|\[\]，。、；：？！（）「」『』《》【】“”‘’…]+"
"""A pattern for an address and whatever touches it."""
PARTIAL_SCHEME = re.compile(r"(?<![A-Za-z0-9<@])h(?:t(?:t(?:p(?:s?(?::/{0,2})?)?)?)?)?\Z", re.IGNORECASE)
"""Matches text that may become a scheme when more text comes."""
PARTIAL_ADDRESS = re.compile(ADDRESS_PATTERN.removesuffix("+") + r"*\Z")
"""Matches text that may become an address, or a longer one; the host may be missing so far."""
_HOST = re.compile(r"(?i:https?)://[^/?#]*\w")
_SHORT_LENGTH = 256
"""Characters in which the end of an address is looked for first: most end there, whatever touches them."""
_LONGEST_MARK = 8
_JOINTS = frozenset("/=_-%.&?#+~:@")
"""After these a Chinese letter belongs to the address (`/wiki/北京`); after others it continues the sentence."""


def measure_address(text: str, marks: Iterable[str]) -> int:
    """Return the length of the address in `text`, which matches `ADDRESS_PATTERN`; 0 if it is none.

    `marks` are open before it, so that one of them may end it.
    """
    if not _HOST.match(text):
        return 0
    marks = [mark for mark in marks if len(mark) <= _LONGEST_MARK]
    found = _cut_at_end(text[:_SHORT_LENGTH], marks)
    text = found if len(found) < _SHORT_LENGTH - _LONGEST_MARK else _cut_at_end(text, marks)
    while text and (text[-1] in "?!.,:;'\\" or (text[-1] in "*_~`" and text.count(text[-1]) % 2)):
        text = text[:-1]
    return len(text) if _HOST.match(text) else 0


def _cut_at_end(text: str, marks: Iterable[str]) -> str:
    text = text[: _find_script_end(text)]
    for mark in marks:
        text = re.split(re.escape(mark) + r"(?![\w/])", text, maxsplit=1)[0]
    return _cut_unbalanced(text)


def _find_script_end(text: str) -> int:
    for index, character in enumerate(text):
        before = text[index - 1] if index else "/"
        if is_unspaced(character) and before not in _JOINTS and not is_unspaced(before):
            return index
    return len(text)


def _cut_unbalanced(text: str) -> str:
    """Cut the text before a closing bracket that was opened outside of the address."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return text[:index]
    return text
